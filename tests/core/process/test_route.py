"""The route map of a deal: what is done, where it is, what comes, which ways led back, where it was lost."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from core.process.route import AHEAD, DONE, HERE, SKIPPED, route

NAMES = ("Talk", "Offer", "Payment", "Delivery")
STEPS = [
    SimpleNamespace(place=place, stage_id=place + 10, stage=SimpleNamespace(name=name))
    for place, name in enumerate(NAMES)
]


def day(number):
    return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=number - 1)


def visit(place, entered, left=None, user_id=None):
    return SimpleNamespace(
        stage_id=place + 10, entered_at=day(entered), left_at=day(left) if left else None, user_id=user_id
    )


def closing(state, place, closed, reopened=None):
    return SimpleNamespace(
        state=state,
        stage_id=place + 10,
        closed_at=day(closed),
        reopened_at=day(reopened) if reopened else None,
        loss_reason_id=7 if state == "lost" else None,
        loss_note="too dear",
        user_id=3,
    )


def drawn(visits, place, today=20, state="open", closings=(), **values):
    return route(STEPS, visits, closings, state=state, place=place, now=day(today), **values)


def looks(found):
    return [(stop.look, None if stop.stay is None else stop.stay.days) for stop in found.stops]


def test_way_of_an_open_deal_that_skipped_a_stage():
    found = drawn([visit(0, 1, 4, user_id=5), visit(2, 4)], 2, today=9)
    assert looks(found) == [("done", 3), ("skipped", None), ("here", 5), ("ahead", None)]
    assert (found.stops[0].left_at, found.stops[0].user_id) == (day(4), 5)
    assert (found.here.name, found.here.entered_at, found.here.left_at) == ("Payment", day(4), None)


def test_ways_back_are_seen_and_stays_add_up():
    visits = [visit(0, 1, 3), visit(1, 3, 4, 8), visit(0, 4, 5), visit(1, 5, 6, 9), visit(0, 6)]
    found = drawn(visits, 0, today=9)
    assert looks(found)[:2] == [("here", 6), ("ahead", 2)]
    assert (found.stops[0].visits, found.stops[0].entered_at) == (3, day(6))
    (back,) = found.returns
    assert (back.from_place, back.to_place, back.times, back.at, back.user_id) == (1, 0, 2, day(6), 9)
    assert found.returns_to(0) == [back]
    assert found.returns_to(1) == []


def test_lost_deal_left_at_its_stage_with_its_reason():
    found = drawn([visit(0, 1, 4), visit(1, 4, 6)], 1, state="lost", closings=[closing("lost", 1, 6)])
    assert looks(found)[1] == ("here", 2)
    (one,) = found.exits_at(1)
    assert (one.at, one.reason_id, one.note, one.user_id, one.reopened_at) == (day(6), 7, "too dear", 3, None)
    assert found.exits_at(0) == []


def test_time_in_which_the_deal_was_closed_counts_for_no_stage():
    found = drawn([visit(0, 1, 5), visit(1, 5)], 1, closings=[closing("lost", 1, 7, reopened=15)])
    assert looks(found)[:2] == [("done", 4), ("here", 7)]
    assert found.exits[0].reopened_at == day(15)


def test_won_deal_has_passed_every_stage():
    found = drawn([visit(0, 1, 4), visit(1, 4, 5)], 1, state="won", closings=[closing("won", 1, 5)])
    assert [stop.look for stop in found.stops] == ["done", "done", "skipped", "skipped"]
    assert (found.exits, found.here) == ((), None)


def test_open_deal_beyond_the_limit_of_its_stage_is_late_unless_it_is_on_hold():
    visits = [visit(0, 1)]
    assert drawn(visits, 0, late_at=day(19)).is_late
    assert not drawn(visits, 0, late_at=day(21)).is_late
    assert not drawn(visits, 0, late_at=day(19), is_on_hold=True).is_late
    lost = drawn([visit(0, 1, 2)], 0, state="lost", late_at=day(19), closings=[closing("lost", 0, 2)])
    assert (lost.is_late, lost.late_at) == (False, None)


def test_what_is_left_is_what_is_usual_from_here_on():
    usual = {stage: timedelta(days) for stage, days in ((10, 1), (11, 3), (12, 2), (13, 1))}
    visits = [visit(0, 1, 2), visit(1, 2)]
    assert drawn(visits, 1, today=4, usual=usual).rest == timedelta(days=1 + 2 + 1)
    assert drawn(visits, 1, today=30, usual=usual).rest == timedelta(days=3)
    assert drawn(visits, 1, usual={10: timedelta(1), 11: timedelta(1), 12: timedelta(1)}).rest is None


def test_visits_of_stages_that_the_version_lacks_are_left_out():
    found = drawn([visit(8, 1, 3), visit(0, 3)], 0)
    assert [(stop.visits, stop.look) for stop in found.stops[:2]] == [(1, "here"), (0, "ahead")]
    assert found.returns == ()


@st.composite
def histories(draw):
    """Draws (places walked, days at each, how it ended)."""
    places = draw(st.lists(st.integers(0, 3), min_size=1, max_size=12).filter(_moves))
    stays = draw(st.lists(st.integers(0, 9), min_size=len(places), max_size=len(places)))
    return places, stays, draw(st.sampled_from(("open", "won", "lost")))


def _moves(places):
    return all(one != other for one, other in zip(places, places[1:], strict=False))


@given(histories())
def test_the_picture_tells_the_whole_history(history):
    places, stays, state = history
    visits, at = [], 1
    for number, (place, stay) in enumerate(zip(places, stays, strict=True)):
        is_open = state == "open" and number == len(places) - 1
        visits.append(visit(place, at, None if is_open else at + stay))
        at += stay
    closings = [] if state == "open" else [closing(state, places[-1], at)]
    found = drawn(visits, places[-1], today=at, state=state, closings=closings)
    assert sum((stop.stay for stop in found.stops if stop.stay is not None), timedelta()) == timedelta(sum(stays))
    assert sum(stop.visits for stop in found.stops) == len(places)
    assert sum(one.times for one in found.returns) == sum(
        after < before for before, after in zip(places, places[1:], strict=False)
    )
    assert len(found.exits) == (state == "lost")
    if state == "won":
        assert {stop.look for stop in found.stops} <= {DONE, SKIPPED}
    else:
        assert [stop.place for stop in found.stops if stop.look == HERE] == [places[-1]]
        assert all(stop.look == AHEAD for stop in found.stops[places[-1] + 1 :])
        assert all((stop.look == DONE) == (stop.place in places) for stop in found.stops[: places[-1]])
