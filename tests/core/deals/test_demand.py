"""What clients want: mandatory where company and type say so, priced exactly, answered when the deal is closed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deals import demand
from core.deals.demand import Answer, Wish, lines_of, set_demand, worth
from core.deals.models import Deal, DemandLine
from core.deals.services import change_deal, lose, open_deal, reopen, win
from core.errors import Conflict, InvalidInput, NotFound
from core.instance.doctor import examine
from core.stages.models import LossReason
from core.stages.types import change_deal_type
from core.store.audit import history

MACHINES = Wish("Espresso machine", Decimal(2), Decimal("1250.50"))
CUPS = Wish("Cups", Decimal("0.5"), Decimal("3.1"), date(2026, 7, 1))


@pytest.fixture
def strict(crm, make):
    """Returns a type whose deals begin with their demand."""
    deal_type = make.deal_type()
    deal_type.registers_demand = True
    deal_type.save()
    return deal_type


@pytest.fixture
def client(make):
    return make.client("Kafe Mira")


def test_deal_of_a_type_that_asks_is_not_opened_without_its_demand(crm, strict, client):
    with pytest.raises(InvalidInput) as refusal:
        open_deal(crm, title="Oven", client=client, deal_type=strict)
    assert "demand" in refusal.value.fields
    assert Deal.select().count() == 0
    assert [one.what for one in lines_of(open_deal(crm, title="Oven", client=client, deal_type=strict, wishes=[CUPS]))]


def test_company_switch_makes_it_optional_everywhere(crm, strict, client):
    crm.settings.save("company", {"registers_demand": False})
    assert open_deal(crm, title="Oven", client=client, deal_type=strict).is_open


def test_imports_are_excepted_and_nothing_is_found_wrong_with_them(crm, strict, client):
    with crm.acting(None, "import:1"):
        made = open_deal(crm, title="Oven", client=client, deal_type=strict)
        win(crm, made)
    assert examine(crm) == []


def test_potential_follows_from_the_lines_exactly(crm, make, client):
    deal = open_deal(crm, title="Oven", client=client, deal_type=make.deal_type(), wishes=[MACHINES, CUPS])
    assert deal.potential == Decimal("2502.55")
    set_demand(crm, deal, [CUPS])
    assert (deal.potential, deal.potential_base) == (Decimal("1.55"), Decimal("1.55"))


def test_potential_that_was_typed_stays(crm, make, client):
    deal = make.deal(client=client, potential=Decimal(900), wishes=[MACHINES])
    set_demand(crm, deal, [CUPS])
    assert deal.potential == Decimal(900)
    change_deal(crm, deal, {"potential": Decimal("1.55")})
    set_demand(crm, deal, [MACHINES])
    assert deal.potential == Decimal(2501)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(" "),
        Wish("x" * 301),
        Wish("Oven", Decimal(0)),
        Wish("Oven", Decimal("NaN")),
        Wish("Oven", Decimal("0.00001")),
        Wish("Oven", price=Decimal(-1)),
        Wish("Oven", Decimal(10**9), Decimal(10**9)),
    ],
)
def test_lines_that_cannot_be_are_refused(crm, make, client, wish):
    with pytest.raises(InvalidInput):
        open_deal(crm, title="Oven", client=client, deal_type=make.deal_type(), wishes=[wish])
    assert (Deal.select().count(), DemandLine.select().count()) == (0, 0)


def test_lines_with_an_id_are_kept_others_made_the_rest_taken_away(crm, make, client):
    deal = make.deal(client=client, wishes=[MACHINES, CUPS])
    machines, _cups = lines_of(deal)
    set_demand(crm, deal, [Wish("Grinder"), Wish("Machines", Decimal(3), id=machines.id)])
    assert [(one.what, one.quantity) for one in lines_of(deal)] == [("Grinder", 1), ("Machines", 3)]
    assert lines_of(deal)[1].id == machines.id
    assert history("deal", deal.id)[0].action == "demand changed"


def test_line_of_another_deal_is_refused(crm, make):
    other = make.deal(wishes=[MACHINES])
    deal = make.deal()
    with pytest.raises(NotFound):
        set_demand(crm, deal, [Wish("Oven", id=lines_of(other)[0].id)])
    with pytest.raises(NotFound):
        win(crm, deal, demand={lines_of(other)[0].id: Answer(True)})
    assert lines_of(other)[0].what == "Espresso machine"


def test_last_line_stays_where_demand_is_mandatory_and_a_stale_tab_is_told(crm, make, strict):
    deal = make.deal(deal_type=strict, wishes=[MACHINES])
    with pytest.raises(InvalidInput):
        set_demand(crm, deal, [])
    with pytest.raises(Conflict):
        set_demand(crm, deal, [CUPS], version=deal.version - 1)


def test_each_line_is_answered_at_the_end_or_the_deal_stays_open(crm, make, strict):
    deal = make.deal(deal_type=strict, wishes=[MACHINES, CUPS])
    machines, cups = lines_of(deal)
    with pytest.raises(InvalidInput) as refusal:
        win(crm, deal, demand={machines.id: Answer(True)})
    assert list(refusal.value.fields) == [f"demand.{cups.id}.is_satisfied"]
    with pytest.raises(InvalidInput):
        win(crm, deal, demand={machines.id: Answer(True), cups.id: Answer(False, " ")})
    assert Deal.get().is_open
    win(crm, deal, demand={machines.id: Answer(True), cups.id: Answer(False, "Sold out")})
    assert [(one.is_satisfied, one.reason) for one in lines_of(deal)] == [(True, ""), (False, "Sold out")]


def test_lines_answered_beforehand_need_no_second_answer(crm, make, strict):
    deal = make.deal(deal_type=strict, wishes=[MACHINES])
    demand.answer(crm, deal, {lines_of(deal)[0].id: Answer(True)})
    assert win(crm, deal).state == "won"


def test_optional_lines_may_stay_unanswered(crm, make):
    deal = make.deal(wishes=[MACHINES])
    assert lose(crm, deal, LossReason.get(needs_note=False)).state == "lost"


def test_reopened_deal_is_asked_anew_and_its_history_keeps_the_answers(crm, make, strict):
    deal = make.deal(deal_type=strict, wishes=[MACHINES])
    line = lines_of(deal)[0]
    lose(crm, deal, LossReason.get(needs_note=False), demand={line.id: Answer(False, "Too dear")})
    reopen(crm, deal)
    assert lines_of(deal)[0].is_satisfied is None
    told = next(one for one in history("deal", deal.id) if one.action == "demand answered")
    assert told.changes["Espresso machine: reason"] == [None, "Too dear"]


@given(st.lists(st.tuples(st.integers(1, 10**7), st.none() | st.integers(0, 10**9)), max_size=8))
def test_worth_is_the_exact_sum_to_the_last_unit(rows):
    lines = [(Decimal(count) / 1000, None if price is None else Decimal(price) / 10_000) for count, price in rows]
    total = worth([Wish("x", quantity, price) for quantity, price in lines])
    priced = [quantity * price for quantity, price in lines if price is not None]
    assert (total is None) == (not priced)
    if priced:
        assert abs(total - sum(priced)) <= Decimal("0.00005")


def test_change_of_the_switch_reaches_the_next_deal(crm, client, make):
    deal_type = make.deal_type()
    change_deal_type(crm, deal_type, {"registers_demand": True})
    with pytest.raises(InvalidInput):
        open_deal(crm, title="Oven", client=client, deal_type=deal_type)
