"""What the channel says of a draft, and when a client may be written to."""

from datetime import UTC, datetime

import pytest

from core.api import Draft, InvalidInput, Outgoing, ProviderError
from plugins.sms import sending


def prepared(crm, body, address="+355 69 123 4567", **extra):
    return sending.prepare(crm, Draft(address, body, "", extra))


def test_a_draft_tells_its_parts_and_what_is_left(crm):
    found = prepared(crm, "Hello")
    assert (found.address, found.parts) == ("+355691234567", 1)
    assert found.counted == "1 part · 155 signs left"


def test_a_draft_names_the_letters_that_make_it_dear(crm):
    assert prepared(crm, "Oferta është çmim").counted.endswith("parts are shorter because of ë ç")
    assert prepared(crm, "Привет, мир").counted.endswith("because of П р и в…")


def test_dear_letters_are_offered_plainly(crm):
    body = "Përshëndetje! Çmimi i ri është gati, ju presim në zyrë për kontratën e re nesër."
    found = prepared(crm, body)
    assert found.parts == 2
    assert found.offered.startswith("Pershendetje!")
    assert prepared(crm, found.offered).parts == 1


def test_nothing_is_offered_where_nothing_is_won(crm):
    assert prepared(crm, "ë").offered == ""
    assert prepared(crm, "Привет " * 20).offered == ""


def test_a_number_without_its_country_is_one_of_the_companys_country(crm):
    assert prepared(crm, "Hello", "069 123 4567").address == "+355691234567"


@pytest.mark.parametrize("address", ["", "12", "anonymous", "+999 12"])
def test_what_is_no_number_is_refused(crm, address):
    with pytest.raises(InvalidInput, match="no phone number"):
        prepared(crm, "Hello", address)


def test_a_text_of_two_hundred_parts_is_refused_with_its_count(crm):
    with pytest.raises(InvalidInput, match="takes 200 parts, but 6"):
        prepared(crm, "a" * 153 * 200)


def test_a_sender_that_no_network_takes_is_refused(crm):
    with pytest.raises(InvalidInput, match="at most 11"):
        prepared(crm, "Hello", sender="Kompania Jone")


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        ("", datetime(2026, 6, 15, 12, tzinfo=UTC), None),
        ("Europe/Tirane", datetime(2026, 6, 15, 20, tzinfo=UTC), datetime(2026, 6, 16, 6, tzinfo=UTC)),
        ("Europe/Tirane", datetime(2026, 6, 16, 1, tzinfo=UTC), datetime(2026, 6, 16, 6, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 6, 15, 12, tzinfo=UTC), datetime(2026, 6, 15, 23, tzinfo=UTC)),
        ("Nowhere/At all", datetime(2026, 6, 15, 12, tzinfo=UTC), None),
    ],
)
def test_nobody_is_written_to_at_night_by_their_own_clock(crm, make, zone, now, until):
    client = make.client(time_zone=zone)
    crm.clock.at = now
    assert sending.not_before(crm, client) == until


def test_without_a_gateway_it_is_not_ready(crm, gateway):
    assert "gateway" in sending.readiness(crm)
    gateway("kannel", "http://127.0.0.1:1/x")
    assert sending.readiness(crm) == ""


def test_a_number_that_no_gateway_serves_fails_with_a_reason(crm, gateway):
    gateway("kannel", "http://127.0.0.1:1/x", prefixes="+383")
    (sent,) = sending.send(crm, [Outgoing(1, "+355691234567", "Hello", "", {})])
    assert (sent.state, "No gateway" in sent.reason) == ("failed", True)


def test_a_number_whose_gateway_is_switched_off_waits(crm, gateway):
    gateway("kannel", "http://127.0.0.1:1/x", prefixes="+355", is_active=False)
    gateway("kannel", "http://127.0.0.1:2/x", prefixes="+383")
    assert "is switched off" in sending.waits_for(crm, "+355691234567")
    assert [sending.waits_for(crm, number) for number in ("+38344123456", "+39061234567")] == ["", ""]


def test_a_number_that_another_gateway_serves_does_not_wait(crm, gateway):
    gateway("kannel", "http://127.0.0.1:1/x", prefixes="+355", is_active=False)
    gateway("kannel", "http://127.0.0.1:2/x")
    assert sending.waits_for(crm, "+355691234567") == ""


def test_a_gateway_that_is_switched_off_at_the_last_moment_fails_nothing(crm, gateway):
    gateway("kannel", "http://127.0.0.1:1/x", is_active=False)
    with pytest.raises(ProviderError, match="is switched off") as failure:
        sending.send(crm, [Outgoing(1, "+355691234567", "Hello", "", {})])
    assert failure.value.retryable


def test_a_gateway_in_the_own_network_is_not_asked_unless_that_is_set(crm, gateway):
    gateway("kannel", "http://127.0.0.1:1/x")
    (sent,) = sending.send(crm, [Outgoing(1, "+355691234567", "Hello", "", {})])
    assert sent.state == "failed"
    assert "private network" in sent.reason


def test_a_gateway_that_is_down_leaves_the_message_in_the_queue(crm, gateway, own_network):
    gateway("kannel", "http://127.0.0.1:1/x")
    with pytest.raises(ProviderError, match="can't be reached") as failure:
        sending.send(crm, [Outgoing(1, "+355691234567", "Hello", "", {})])
    assert failure.value.retryable
