"""The recount by hand: each fault that a base could have is told."""

import pytest

from core.deals import services
from core.deals.inspection import find_wrong_deals
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.deals.recount import Ending, Period, Standing, Visit, faults, merged, periods, standing

TALK, OFFER, PAY = 11, 12, 13
STRAIGHT = [Visit(TALK, 0, 1, 3), Visit(OFFER, 1, 3, 7), Visit(PAY, 2, 7, None)]


def test_open_deal_stands_at_its_last_visit():
    assert standing(STRAIGHT, []) == Standing("open", PAY, 2, 2, 0b111, 7, None)


def test_return_keeps_the_furthest_and_all_places():
    visits = [Visit(TALK, 0, 1, 3), Visit(PAY, 2, 3, 7), Visit(TALK, 0, 7, None)]
    assert standing(visits, []) == Standing("open", TALK, 0, 2, 0b101, 7, None)


def test_closed_deal_stands_where_it_was_closed():
    visits = [Visit(TALK, 0, 1, 3), Visit(OFFER, 1, 3, 9)]
    assert standing(visits, [Ending("lost", 9, None)]) == Standing("lost", OFFER, 1, 1, 0b11, 3, 9)


def test_reopened_deal_is_open():
    assert standing(STRAIGHT, [Ending("lost", 8, 9)]).state == "open"


def test_deal_without_stages_knows_only_its_state():
    assert standing([], [Ending("won", 5, None)]) == Standing("won", None, None, None, 0, None, 5)


def test_periods_leave_out_the_time_in_which_the_deal_was_closed():
    visits = [Visit(TALK, 0, 1, 3), Visit(OFFER, 1, 3, None)]
    assert periods(1, visits, [Ending("lost", 5, 8)]) == [
        Period(1, 3, TALK, 0),
        Period(3, 5, OFFER, 1),
        Period(8, None, OFFER, 1),
    ]


def test_visit_of_no_length_makes_no_period():
    visits = [Visit(TALK, 0, 1, 3), Visit(OFFER, 1, 3, 3), Visit(PAY, 2, 3, None)]
    assert [period.place for period in periods(1, visits, [])] == [0, 2]


def test_finer_cuts_of_one_stage_are_one_period():
    assert merged([Period(1, 2, TALK, 0), Period(2, 4, TALK, 0), Period(4, 5, OFFER, 1)]) == [
        Period(1, 4, TALK, 0),
        Period(4, 5, OFFER, 1),
    ]


def told(visits=STRAIGHT, endings=(), kept=None, row=None, opened_at=1):
    row = row or standing(visits, endings)
    return faults(row, opened_at, visits, endings, periods(opened_at, visits, endings) if kept is None else kept)


def test_right_history_has_no_fault():
    assert told() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"row": Standing("open", PAY, 2, 2, 0b101, 7, None)}, "stood_at is 5, but its history says 7"),
        ({"visits": [Visit(TALK, 0, 1, 3), Visit(OFFER, 1, 4, None)]}, "overlap or leave a gap"),
        ({"visits": [Visit(TALK, 0, 1, 3), Visit(OFFER, 1, 2, None)]}, "overlap or leave a gap"),
        ({"visits": [Visit(TALK, 0, 2, None)]}, "overlap or leave a gap"),
        ({"visits": [Visit(TALK, 0, 1, 0), Visit(OFFER, 1, 0, None)]}, "left a stage before it came"),
        ({"endings": [Ending("won", 9, None)]}, "does not end when the deal was closed"),
        ({"visits": [], "endings": [Ending("won", 0, None)]}, "closed before it was open"),
        ({"endings": [Ending("lost", 9, 8)]}, "re-opened before it was closed"),
        ({"kept": [Period(1, 3, TALK, 0)]}, "periods don't fill the time"),
    ],
)
def test_each_fault_is_told(wrong, sentence):
    assert any(sentence in fault for fault in told(**wrong))


def test_right_base_has_no_wrong_deal(crm, make):
    services.win(crm, make.deal())
    make.deal(deal_type=make.deal_type(mode="none"))
    assert find_wrong_deals(crm) == []


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Deal, {"furthest": 2}),
        (Deal, {"state": "won"}),
        (StageVisit, {"left_at": 1}),
        (DealPeriod, {"place": 2}),
    ],
)
def test_wrong_deal_is_found_by_its_number(crm, make, model, values):
    wrong, _right = make.deal(), make.deal()
    mine = model.id == wrong.id if model is Deal else model.deal == wrong
    model.update(**values).where(mine).execute()
    assert {number for number, _what in find_wrong_deals(crm)} == {wrong.number}


def test_missing_closing_is_found(crm, make):
    deal = services.win(crm, make.deal())
    Closing.delete().execute()
    assert {number for number, _what in find_wrong_deals(crm)} == {deal.number}
