"""A message that a gateway delivers again, because its line broke before it had our answer, is the same one."""

from types import SimpleNamespace

import pytest
from smpplib import smpp
from smpplib.client import SimpleSequenceGenerator

from core.messages.models import Message
from plugins.sms.deliveries import OK, TRY_AGAIN, take_delivery
from plugins.sms.gateways import delete_gateway
from plugins.sms.models import Delivery, IncomingPart
from plugins.sms.repeats import AGAIN


@pytest.fixture
def way(gateway):
    return gateway("smpp", "127.0.0.1:1")


@pytest.fixture
def deliver(crm, way):
    """Returns what delivers a text over a line and gives our answer."""

    numbers = SimpleNamespace(next_sequence=SimpleSequenceGenerator().next_sequence)

    def come(line, text=b"Po", mode=0):
        pdu = smpp.make_pdu(
            "deliver_sm", client=numbers, source_addr=b"355691234567", destination_addr=b"5000", data_coding=0,
            esm_class=mode, short_message=text,
        )  # fmt: skip
        return take_delivery(crm, way, line, pdu)

    return come


def came():
    return [message.body for message in Message.select().order_by(Message.id)]


def test_over_the_next_line_it_is_the_same_message_however_often_that_breaks(deliver, client):
    assert [deliver(line) for line in ("first", "second", "third")] == [OK] * 3
    assert came() == ["Po"]


def test_over_one_line_the_same_words_twice_are_two_messages(deliver, client):
    for line in ("first", "first", "second", "second", "second"):
        deliver(line)
    assert came() == ["Po"] * 3  # two of the first line come again over the second, and one more


def test_other_words_and_later_ones_are_other_messages(crm, deliver, client):
    deliver("first")
    deliver("second", b"Jo")
    crm.clock.advance(seconds=AGAIN.total_seconds() + 1)
    deliver("second")
    assert came() == ["Po", "Jo", "Po"]
    assert Delivery.select().count() == 1


def test_the_last_part_of_a_long_message_leaves_nothing_behind_when_it_comes_again(deliver, client):
    for line, place in (("first", 1), ("first", 2), ("second", 2)):
        deliver(line, bytes((5, 0, 3, 9, 2, place)) + b"%d" % place, mode=0x40)
    assert (came(), IncomingPart.select().count()) == (["12"], 0)


def test_what_could_not_be_taken_is_new_when_it_comes_again(crm, deliver, client):
    channel = crm.channels.pop("sms")
    assert deliver("first") == TRY_AGAIN
    crm.channels["sms"] = channel
    assert (deliver("second"), came()) == (OK, ["Po"])


def test_a_gateway_that_delivered_can_be_deleted(crm, way, deliver, client):
    deliver("first")
    delete_gateway(crm, way)
    assert not Delivery.select().exists()
