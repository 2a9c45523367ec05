"""SMPP against a server of others' making."""

import pytest

from core.api import Outgoing
from plugins.sms import sending
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


def sent(crm, number, body="Hello", **extra):
    (found,) = sending.send(crm, [Outgoing(7, number, body, "", extra)])
    return found


def test_a_plain_message_is_submitted_from_a_name(crm, line, network):
    assert sent(crm, "+355691234500").state == "sent"
    got = network.got()
    assert (got["to"], got["from"], got["ton"], got["coding"], got["text"]) == ("355691234500", "Hinka", 5, 0, "Hello")


def test_a_long_message_goes_in_parts_that_belong_together(crm, line, network):
    assert sent(crm, "+355691234507", "Ë" * 100).state == "sent"
    first, second = network.got(), network.got()
    assert (first["coding"], first["mode"] & 0x40) == (8, 0x40)
    assert first["header"][-6:] == "070201"
    assert second["header"][-6:] == "070202"
    assert first["text"] + second["text"] == "Ë" * 100


def test_a_throttled_message_goes_later(crm, line, network):
    assert sent(crm, "+355691234501").state == "sent"


def test_a_refused_message_fails_with_the_networks_words(crm, line, network):
    found = sent(crm, "+355691234503")
    assert found.state == "failed"
    assert "dest" in found.reason.lower()


def test_a_line_that_breaks_before_the_answer_leaves_it_uncertain(crm, line, network):
    assert sent(crm, "+355691234508").state == "uncertain"
    assert sent(crm, "+355691234500").state == "sent"
