"""Won, lost, opened again: what is frozen, what is asked, what is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.deals import services
from core.deals.models import Closing, DealPeriod
from core.deals.rates import set_rate
from core.deals.reading import visits_of
from core.errors import InvalidInput
from core.stages.services import create_reason, not_given, usable_reasons


@pytest.fixture
def reason():
    return usable_reasons()[0]


def closings_of(deal):
    return list(Closing.select().where(Closing.deal == deal).order_by(Closing.closed_at))


def test_won_deal_brought_its_potential_unless_told_otherwise(crm, make):
    assert services.win(crm, make.deal(potential=Decimal("250.50"))).amount == Decimal("250.50")
    assert services.win(crm, make.deal(potential=Decimal(250)), amount=Decimal(90)).amount == Decimal(90)


def test_money_is_frozen_at_the_rate_of_the_closing_day(crm, make):
    set_rate(crm, "USD", crm.today(), Decimal("0.9"))
    deal = make.deal(potential=Decimal(100), currency="USD")
    crm.clock.advance(days=1)
    set_rate(crm, "USD", crm.today(), Decimal("0.8"))
    services.win(crm, deal, amount=Decimal(50))
    set_rate(crm, "USD", crm.today(), Decimal("0.1"))
    kept = Closing.get()
    assert (deal.potential_base, deal.amount_base) == (Decimal(80), Decimal(40))
    assert (kept.potential, kept.amount, kept.potential_base, kept.amount_base) == (100, 50, 80, 40)


def test_missing_rate_leaves_the_sum_unknown_not_zero(crm, make, reason):
    deal = services.lose(crm, make.deal(currency="CHF"), reason)
    assert (deal.potential, deal.potential_base) == (Decimal(100), None)


def test_missing_potential_stays_missing(crm, make):
    deal = services.win(crm, make.deal(potential=None), amount=Decimal(10))
    assert (deal.potential, deal.potential_base, deal.amount) == (None, None, Decimal(10))


def test_lost_deal_stays_at_its_stage(crm, make, reason):
    deal = make.deal()
    services.move(crm, deal, "Offer")
    services.lose(crm, deal, reason)
    assert (deal.state, deal.stage.name, closings_of(deal)[0].place) == ("lost", "Offer", 1)
    assert visits_of(deal)[-1].outcome == "lost"


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_loss_without_reason_is_refused(crm, make, nothing):
    deal = make.deal()
    with pytest.raises(InvalidInput, match="Choose why") as refused:
        services.lose(crm, deal, nothing)
    assert "reason" in refused.value.fields
    assert deal.is_open


def test_unknown_reason_is_refused_by_its_name(crm, make):
    with pytest.raises(InvalidInput, match="no reason of loss “Bad luck”"):
        services.lose(crm, make.deal(), "Bad luck")


def test_not_given_is_no_reason_that_a_user_can_choose(crm, make):
    with pytest.raises(InvalidInput, match="Choose why"):
        services.lose(crm, make.deal(), not_given(crm))


def test_other_reason_needs_a_note(crm, make):
    other = create_reason(crm, "Something else", needs_note=True)
    deal = make.deal()
    with pytest.raises(InvalidInput, match="needs a note"):
        services.lose(crm, deal, other, "  ")
    assert services.lose(crm, deal, other, "They moved away").loss_note == "They moved away"


def test_reason_is_found_by_name_whatever_its_case(crm, make, reason):
    assert services.lose(crm, make.deal(), reason.name.upper()).loss_reason_id == reason.id


def test_deal_is_not_won_before_it_was_opened(crm, make):
    deal = make.deal()
    with pytest.raises(InvalidInput, match="The deal was opened on"):
        services.win(crm, deal, at=deal.opened_at - timedelta(seconds=1))


def test_deal_is_not_won_before_its_last_change(crm, make):
    deal = make.deal()
    crm.clock.advance(days=2)
    services.move(crm, deal, "Offer")
    with pytest.raises(InvalidInput, match="last changed on"):
        services.win(crm, deal, at=crm.clock.now() - timedelta(days=1))


def test_deal_is_closed_once(crm, make, reason):
    deal = services.win(crm, make.deal())
    with pytest.raises(InvalidInput, match="already won"):
        services.lose(crm, deal, reason)


def test_amount_is_not_below_zero(crm, make):
    with pytest.raises(InvalidInput, match="below zero"):
        services.win(crm, make.deal(), amount=Decimal(-1))


def test_process_deal_is_won_at_its_last_stage(crm, make):
    deal = make.deal(deal_type=make.deal_type(mode="process"))
    with pytest.raises(InvalidInput, match="last stage, “Payment”"):
        services.win(crm, deal)
    for stage in ("Offer", "Payment"):
        services.move(crm, deal, stage, is_task_done=True)
    with pytest.raises(InvalidInput, match="when the task of its last stage is done"):
        services.win(crm, deal)
    assert services.win(crm, deal, is_task_done=True).state == "won"


def test_reopened_deal_keeps_its_closing_and_goes_on_where_it_stood(crm, make, reason):
    deal = make.deal()
    services.move(crm, deal, "Offer")
    crm.clock.advance(days=1)
    services.lose(crm, deal, reason)
    lost_at = crm.clock.now()
    crm.clock.advance(days=5)
    services.reopen(crm, deal, "They called back")
    kept = closings_of(deal)[0]
    assert (deal.state, deal.closed_at, deal.loss_reason_id, deal.stage.name) == ("open", None, None, "Offer")
    assert (kept.state, kept.closed_at, kept.reopened_at) == ("lost", lost_at, crm.clock.now())
    assert kept.reopen_note == "They called back"
    assert [(visit.stage.name, visit.left_at is None) for visit in visits_of(deal)][-1] == ("Offer", True)


def test_no_period_covers_the_time_in_which_a_deal_was_closed(crm, make, reason):
    deal = make.deal()
    crm.clock.advance(days=1)
    services.lose(crm, deal, reason)
    crm.clock.advance(days=5)
    services.reopen(crm, deal)
    first, second = DealPeriod.select().where(DealPeriod.deal == deal).order_by(DealPeriod.from_at)
    assert second.from_at - first.to_at == timedelta(days=5)


def test_open_deal_is_not_opened_again(crm, make):
    with pytest.raises(InvalidInput, match="open already"):
        services.reopen(crm, make.deal())


def test_hold_ends_with_the_closing(crm, make, reason):
    deal = make.deal()
    services.hold(crm, deal, crm.today() + timedelta(days=3))
    assert not services.lose(crm, deal, reason).is_on_hold


def test_closing_keeps_the_owner_of_that_time(crm, make):
    owner = make.user()
    deal = services.win(crm, make.deal(owner=owner))
    assert closings_of(deal)[0].owner_id == owner.id
