"""A deal's way on its card: what is done, where it is, what was skipped, and how long it stood there."""

from datetime import UTC, datetime
from types import SimpleNamespace

from core.deals.route import stops


def day(number):
    return datetime(2026, 6, number, tzinfo=UTC)


STEPS = [
    SimpleNamespace(place=place, stage_id=place + 10, stage=SimpleNamespace(name=name))
    for place, name in enumerate(("Talk", "Offer", "Payment", "Delivery"))
]


def visit(place, entered, left=None):
    return SimpleNamespace(place=place, entered_at=day(entered), left_at=day(left) if left else None)


def looks(found):
    return [(stop.look, stop.days) for stop in found]


def test_way_of_an_open_deal_that_skipped_a_stage():
    found = stops(STEPS, [visit(0, 1, 4), visit(2, 4)], 2, day(9))
    assert looks(found) == [("done", 3), ("skipped", None), ("here", 5), ("ahead", None)]


def test_returns_add_up():
    found = stops(STEPS, [visit(0, 1, 3), visit(1, 3, 4), visit(0, 4)], 0, day(9))
    assert looks(found)[:2] == [("here", 7), ("ahead", 1)]


def test_stay_ends_with_the_closing():
    assert looks(stops(STEPS, [visit(0, 1, 4)], 0, day(20)))[0] == ("here", 3)


def test_time_in_which_the_deal_was_closed_counts_for_no_stage():
    found = stops(STEPS, [visit(0, 1, 5), visit(1, 5)], 1, day(20), closed=[(day(7), day(15))])
    assert looks(found)[:2] == [("done", 4), ("here", 7)]


def test_won_deal_has_passed_every_stage():
    found = stops(STEPS, [visit(0, 1, 4), visit(1, 4, 5)], 1, day(9), is_won=True)
    assert [stop.look for stop in found] == ["done", "done", "skipped", "skipped"]


def test_stop_tells_when_it_was_last_entered():
    found = stops(STEPS, [visit(0, 1, 3), visit(1, 3, 4), visit(0, 4)], 0, day(9))
    assert (found[0].entered_at, found[2].entered_at) == (day(4), None)
