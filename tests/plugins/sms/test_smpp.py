"""SMPP against a server of others' making."""

import itertools

import pytest

from core.api import queue_message
from core.messages.again import send_again
from core.messages.models import Message
from core.messages.sending import send_queued
from plugins.sms.providers import smpp, smpp_kept_lines
from tests.plugins.sms.counterparts import smsc


@pytest.fixture(scope="module")
def network():
    with smsc() as server:
        yield server
    smpp_kept_lines.close_lines()


@pytest.fixture
def line(gateway, own_network, network):
    return gateway("smpp", network.address, sender="Hinka", per_second=1000)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Throttled parts wait for a moment only."""
    monkeypatch.setattr(smpp, "WAIT_S", 0.05)


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


def test_a_throttled_message_goes_later(sent, number):
    assert sent(number("01")).state == "sent"


def test_a_refused_message_fails_with_the_networks_words(sent, network):
    found = sent("+355691234503")
    assert found.state == "failed"
    assert "dest" in found.reason.lower()


def test_a_line_that_breaks_before_the_answer_leaves_it_uncertain(sent, network):
    assert sent("+355691234508").state == "uncertain"
    assert sent("+355691234500").state == "sent"


LONG = "Ë" * 67 + "Ä" * 67 + "Ö" * 10
FIRST, SECOND, THIRD = LONG[:67], LONG[67:134], LONG[134:]
_numbers = itertools.count(2000)


@pytest.fixture
def number():
    """Returns a maker of numbers that the server has not seen yet, of a kind."""
    return lambda kind: f"+355691{next(_numbers)}{kind}"


@pytest.fixture
def gone(sent, network):
    """Returns a function that gives the texts which have gone to a number since the last look."""

    def look(number):
        sent("+355691234500", "until here")
        texts = []
        while (told := network.got())["text"] != "until here":
            texts += [told["text"]] * (told["to"] == number.removeprefix("+"))
        return texts

    return look


def test_a_long_message_of_which_a_part_is_refused_fails_and_says_how_much_went(sent, number):
    found = sent(number("09"), LONG)
    assert found.state == "failed"
    assert found.reason.startswith("Part 2 of 3 was refused, ")
    assert "the client may see a piece of the text. The gateway refused it: " in found.reason


def test_sent_again_only_the_parts_go_that_were_not_taken(crm, sent, gone, number):
    found = sent(number("09"), LONG)
    before = gone(found.address)
    send_again(crm, found)
    send_queued(crm, {"channel": "sms"}, None)
    assert (FIRST in before, set(before) & set(gone(found.address))) == (True, set())
    assert Message.get_by_id(found.id).state == "failed"


def test_a_part_that_is_throttled_goes_later_and_the_others_once(sent, gone, number):
    found = sent(number("10"), LONG)
    assert (found.state, sorted(gone(found.address))) == ("sent", sorted([FIRST, SECOND, THIRD]))


def test_a_part_that_is_throttled_for_long_waits_and_the_rest_is_not_sent_twice(crm, sent, gone, number, monkeypatch):
    monkeypatch.setattr(smpp, "MOST_WAITS", 3)
    found = sent(number("11"), LONG)
    assert (found.state, found.reason) == ("queued", "The gateway takes no more at present.")
    crm.clock.advance(minutes=5)
    send_queued(crm, {"channel": "sms"}, None)
    assert Message.get_by_id(found.id).state == "sent"
    assert sorted(gone(found.address)) == sorted([FIRST, SECOND, THIRD])


def test_the_next_gateway_does_not_send_what_the_first_took_in_part(sent, gone, number, network, gateway, monkeypatch):
    gateway("smpp", network.address, name="second", place=9, per_second=1000)
    monkeypatch.setattr(smpp, "MOST_WAITS", 2)
    found = sent(number("11"), LONG)
    assert (found.state, SECOND in gone(found.address)) == ("queued", False)
