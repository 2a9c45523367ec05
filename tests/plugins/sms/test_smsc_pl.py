"""SMPP against a server that is nobody's of ours: smsc.pl, as Debian ships it in libnet-smpp-perl.

It takes every password, gives each part the same number (123456789) and never originates a receipt: those are added by
our wrapper, written by the same library. It throttles and refuses nothing and closes no line: for that there is the
scripted server of `smsc.cjs`.
"""

import pytest

from core.api import queue_message
from core.messages.models import Message
from core.messages.sending import send_queued
from plugins.sms import gsm7
from plugins.sms.trying import try_gateway
from tests.plugins.sms.counterparts import debian_smsc
from tests.waiting import until


@pytest.fixture
def network():
    with debian_smsc() as server:
        yield server


@pytest.fixture
def sent(crm, client, line):
    def send(number, body):
        message = queue_message(crm, "sms", client=client, address=number, body=body)
        send_queued(crm, {"channel": "sms"}, None)
        return message.id

    return send


def came_to(message_id, state):
    return until(lambda: Message.get_or_none(Message.id == message_id, Message.state == state))


def test_it_answers_when_the_gateway_is_tried(crm, gateway, own_network, network):
    assert "knows this login" in try_gateway(crm, gateway("smpp", network.address))


def test_a_message_is_submitted_and_its_receipt_taken(sent, network):
    came_to(sent("+355691234500", "Kemi gati oferten {1}"), "delivered")
    got = network.got()
    assert (got["to"], got["from"], got["ton"], got["coding"]) == ("355691234500", "Hinka", 5, 0)
    assert gsm7.decode(bytes.fromhex(got["hex"])) == "Kemi gati oferten {1}"


def test_a_long_message_is_delivered_when_each_part_is_though_all_bear_one_number(sent, network):
    came_to(sent("+355691234500", "Ë" * 150), "delivered")
    parts = [bytes.fromhex(network.got()["hex"]) for _place in range(3)]
    assert [part[4:6] for part in parts] == [b"\3\1", b"\3\2", b"\3\3"]
    assert b"".join(part[6:] for part in parts).decode("utf-16-be") == "Ë" * 150


def test_a_receipt_that_it_was_not_delivered_is_taken(sent, network):
    assert "UNDELIV" in came_to(sent("+355691234506", "Hello"), "failed").reason
