"""What the receipts of its parts make of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api import queue_message
from core.messages.models import Message
from plugins.sms.models import EarlyReceipt, Part
from plugins.sms.receipts import DELIVERED, FAILED, SENT, Told, forms, kept_form
from plugins.sms.tracking import Taken, forget_old, note_parts, take_receipt, taken_before


@pytest.fixture
def way(gateway):
    return gateway("smpp", "127.0.0.1:1")


@pytest.fixture
def message(crm, client):
    """Returns a message that was handed over."""
    made = queue_message(crm, "sms", client=client, address="+355691234567", body="Hello")
    made.state = "sent"
    made.save()
    return made


@pytest.fixture
def note(crm, way):
    """Returns a function that notes parts of a message as taken by their numbers, from a place on."""

    def note_taken(message, *refs, place=0, total=0):
        note_parts(crm, way, [Taken(message.id, total or len(refs), dict(enumerate(refs, place)))])

    return note_taken


def state_of(message):
    return Message.get_by_id(message.id).state


def test_a_message_is_delivered_when_its_last_part_is(crm, way, note, message):
    note(message, "11", "12")
    take_receipt(crm, way, Told("12", DELIVERED))
    assert state_of(message) == "sent"
    take_receipt(crm, way, Told("11", DELIVERED))
    assert state_of(message) == "delivered"


def test_one_part_that_fails_fails_the_message(crm, way, note, message):
    note(message, "11", "12", "13")
    take_receipt(crm, way, Told("12", FAILED, "UNDELIV", "027"))
    kept = Message.get_by_id(message.id)
    assert (kept.state, kept.reason) == ("failed", "Part 2 of 3: The network says: UNDELIV, code 027.")


def test_a_message_of_which_a_part_never_went_is_not_delivered(crm, way, note, message):
    note(message, "11", total=2)
    take_receipt(crm, way, Told("11", DELIVERED))
    assert state_of(message) == "sent"
    note(message, "12", place=1, total=2)
    take_receipt(crm, way, Told("12", DELIVERED))
    assert state_of(message) == "delivered"


def test_of_a_part_that_is_sent_again_the_last_try_counts(crm, way, note, message):
    note(message, "11", "12")
    for told in (Told("11", DELIVERED), Told("12", FAILED, "EXPIRED")):
        take_receipt(crm, way, told)
    assert taken_before(crm, way, [message.id]) == {message.id: {0: "11"}}
    note(message, "13", place=1, total=2)
    Message.update(state="sent").where(Message.id == message.id).execute()
    take_receipt(crm, way, Told("13", DELIVERED))
    assert state_of(message) == "delivered"


def test_after_a_day_the_whole_text_goes_again(crm, way, note, message):
    note(message, "11")
    crm.clock.advance(days=2)
    assert taken_before(crm, way, [message.id]) == {}


def test_a_receipt_that_is_given_twice_counts_once(crm, way, note, message):
    note(message, "11", "12")
    for _time in range(2):
        take_receipt(crm, way, Told("11", DELIVERED))
    assert state_of(message) == "sent"


def test_receipts_that_were_quicker_than_the_answer_are_taken_with_it(crm, way, note, message):
    take_receipt(crm, way, Told("00000B", DELIVERED))
    note(message, "11")
    assert state_of(message) == "delivered"
    assert EarlyReceipt.select().count() == 0


def test_only_the_early_receipts_of_these_parts_are_read(crm, way, note, message, queries):
    for number in range(100, 120):
        take_receipt(crm, way, Told(str(number), DELIVERED))
    with queries.at_most(12) as asked:
        note(message, "11")
    (read,) = [sql for sql in asked if sql.startswith("SELECT") and "sms_early_receipt" in sql]
    assert '"ref" IN' in read
    assert EarlyReceipt.select().count() == 20


def test_a_network_whose_number_is_always_the_same_tells_one_part_after_the_other(crm, way, note, message):
    note(message, "123456789", "123456789")
    take_receipt(crm, way, Told("123456789", DELIVERED))
    assert [part.state for part in Part.select().order_by(Part.id)] == [DELIVERED, SENT]


def test_what_nothing_will_come_of_is_forgotten(crm, way):
    take_receipt(crm, way, Told("99", DELIVERED))
    forget_old(crm, {}, None)
    assert EarlyReceipt.select().count() == 1
    crm.clock.advance(days=15)
    forget_old(crm, {}, None)
    assert EarlyReceipt.select().count() == 0


@given(st.text("0123456789abcdefABCDEF", min_size=1, max_size=18))
def test_a_number_is_known_again_as_it_was_given(ref):
    assert kept_form(ref) in forms(ref)
    assert all(kept_form(ref) in forms(form) for form in forms(ref))
