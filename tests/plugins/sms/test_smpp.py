"""SMPP against a server of others' making."""

import pytest

from core.api import queue_message
from core.messages.models import Message
from core.messages.sending import send_queued
from plugins.sms.providers import smpp
from tests.plugins.sms.counterparts import smsc


@pytest.fixture(scope="module")
def network():
    with smsc() as server:
        yield server
    smpp.close_lines()


@pytest.fixture
def line(gateway, own_network, network):
    return gateway("smpp", network.address, sender="Hinka", per_second=1000)


@pytest.fixture
def sent(crm, client, line):
    """Returns a function that sends a text to a number and returns the message as it stands afterwards."""

    def send(number, body="Hello", **extra):
        message = queue_message(crm, "sms", client=client, address=number, body=body, extra=extra)
        send_queued(crm, {"channel": "sms"}, None)
        return Message.get_by_id(message.id)

    return send


def test_a_plain_message_is_submitted_from_a_name(sent, network):
    assert sent("+355691234500").state == "sent"
    got = network.got()
    assert (got["to"], got["from"], got["ton"], got["coding"], got["text"]) == ("355691234500", "Hinka", 5, 0, "Hello")


def test_a_long_message_goes_in_parts_that_belong_together(sent, network):
    assert sent("+355691234507", "Ë" * 100).state == "sent"
    first, second = network.got(), network.got()
    assert (first["coding"], first["mode"] & 0x40) == (8, 0x40)
    assert [part["header"][-4:] for part in (first, second)] == ["0201", "0202"]
    assert first["text"] + second["text"] == "Ë" * 100


def test_a_throttled_message_goes_later(sent, network):
    assert sent("+355691234501").state == "sent"


def test_a_refused_message_fails_with_the_networks_words(sent, network):
    found = sent("+355691234503")
    assert found.state == "failed"
    assert "dest" in found.reason.lower()


def test_a_line_that_breaks_before_the_answer_leaves_it_uncertain(sent, network):
    assert sent("+355691234508").state == "uncertain"
    assert sent("+355691234500").state == "sent"
