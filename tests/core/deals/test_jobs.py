"""The deals' periodic work: holds end by themselves, and a late rate prices what waits for it."""

from datetime import timedelta
from decimal import Decimal

from core.deals import services
from core.deals.inspection import find_wrong_deals
from core.deals.jobs import KEEP
from core.deals.models import Closing, Deal, DealPeriod
from core.deals.pricing import price_deals
from core.deals.rates import set_rate


def test_late_rate_prices_open_deals_from_then_on(crm, make):
    deal = make.deal(potential=Decimal(100), currency="USD")
    crm.clock.advance(days=1)
    set_rate(crm, "USD", crm.today(), Decimal("0.9"))
    assert price_deals(crm) == 1
    kept = DealPeriod.select().where(DealPeriod.deal == deal).order_by(DealPeriod.from_at)
    assert [(one.potential_base, one.from_at) for one in kept] == [(None, deal.opened_at), (90, crm.clock.now())]
    assert (Deal.get_by_id(deal.id).potential_base, Deal.get_by_id(deal.id).version) == (90, 1)
    assert find_wrong_deals(crm) == []


def test_a_rate_of_the_day_of_closing_prices_closed_deals_too(crm, make):
    closed = services.win(crm, make.deal(potential=Decimal(100), currency="USD"), amount=Decimal(80))
    again = services.reopen(crm, services.win(crm, make.deal(currency="USD")), note="Came back")
    crm.clock.advance(days=3)
    set_rate(crm, "USD", closed.closed_at.date(), Decimal("0.9"))
    assert price_deals(crm) == 2
    kept = Deal.get_by_id(closed.id)
    assert (kept.potential_base, kept.amount_base) == (90, 72)
    assert [(one.potential_base, one.amount_base) for one in Closing.select().where(Closing.deal == closed)] == [
        (90, 72)
    ]
    assert Closing.get(Closing.deal == again).potential_base is None
    assert find_wrong_deals(crm) == []
    assert price_deals(crm) == 0


def test_what_was_frozen_with_a_rate_stays_and_so_do_those_still_without_one(crm, make):
    set_rate(crm, "USD", crm.today(), Decimal("0.5"))
    frozen = services.win(crm, make.deal(potential=Decimal(100), currency="USD"))
    unknown = services.win(crm, make.deal(potential=Decimal(100), currency="CHF"))
    late = services.win(crm, make.deal(potential=Decimal(100), currency="RUB"))
    make.deal(currency="CHF")
    set_rate(crm, "USD", crm.today(), Decimal("0.9"))
    set_rate(crm, "RUB", crm.today() + timedelta(days=1), Decimal("0.01"))
    assert price_deals(crm) == 0
    assert Deal.get_by_id(frozen.id).potential_base == 50
    assert {Deal.get_by_id(one.id).potential_base for one in (unknown, late)} == {None}


def test_the_worker_does_it(crm, make):
    deal = make.deal(currency="USD")
    services.hold(crm, deal, crm.today() + timedelta(days=1))
    crm.clock.advance(days=1)
    set_rate(crm, "USD", crm.today(), Decimal("0.5"))
    assert crm.job_kinds["core.keep_deals"] is KEEP
    KEEP.run(crm, {}, None)
    kept = Deal.get_by_id(deal.id)
    assert (kept.on_hold_until, kept.potential_base) == (None, 50)
