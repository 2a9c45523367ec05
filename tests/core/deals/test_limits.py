"""The limit of a stage: the moment, in working time, from which a deal is late there."""

from datetime import UTC, datetime, timedelta

import pytest

from core.deals import services
from core.deals.jobs import KEEP
from core.deals.limits import ensure_limits
from core.deals.models import Deal
from core.stages.services import Step, find_stage
from core.testing import NOON


@pytest.fixture
def deal_type(crm, make):
    """Returns a manual type: Interest may last two working days, Offer four working hours, Payment for ever."""
    made = make.deal_type()
    from core.stages.services import publish

    stages = [find_stage(name) for name in ("Interest", "Offer", "Payment")]
    publish(crm, made, [Step(stages[0], limit_days=2), Step(stages[1], limit_hours=4), Step(stages[2])])
    return made


@pytest.fixture
def deal(make, deal_type):
    return make.deal(deal_type=type(deal_type).get_by_id(deal_type.id))


def at(day, hour, minute=0):
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def kept(deal):
    return Deal.get_by_id(deal.id).late_at


def test_limit_is_counted_in_working_time_anew_at_each_stage(crm, deal):
    assert NOON.weekday() == 0
    assert kept(deal).date() == NOON.date() + timedelta(days=2)
    services.move(crm, deal, "Offer")
    assert NOON < kept(deal) <= NOON + timedelta(days=1)
    services.move(crm, deal, "Payment")
    assert kept(deal) is None
    crm.clock.advance(days=1)
    services.move(crm, deal, "Interest")
    assert kept(deal).date() == crm.clock.now().date() + timedelta(days=2)


def test_limit_stands_still_while_the_deal_is_on_hold(crm, make, deal):
    services.move(crm, deal, "Offer")
    before = kept(deal)
    services.hold(crm, deal, crm.today() + timedelta(days=7))
    assert kept(deal) == before
    services.hand_over(crm, deal, make.user())
    crm.clock.advance(days=7)
    services.resume(crm, deal)
    assert kept(deal) == before + timedelta(days=7)


def test_limit_begins_anew_when_the_deal_is_opened_again(crm, deal):
    before = kept(deal)
    services.lose(crm, deal, "Too expensive")
    crm.clock.advance(days=7)
    services.reopen(crm, deal)
    assert kept(deal) == before + timedelta(days=7)


def test_deal_without_stages_has_no_limit(crm, make):
    deal = make.deal(deal_type=make.deal_type(mode="none"))
    services.reopen(crm, services.win(crm, deal))
    assert kept(deal) is None


def test_limits_that_a_writer_in_bulk_left_out_are_filled_in(crm, make, deal):
    limit = kept(deal)
    closed = services.win(crm, make.deal(deal_type=deal.deal_type))
    Deal.update(late_at=None).execute()
    assert (ensure_limits(crm), ensure_limits(crm)) == (1, 0)
    assert (kept(deal), kept(closed)) == (limit, None)
    Deal.update(late_at=None).execute()
    KEEP.run(crm, {}, None)
    assert kept(deal) == limit
