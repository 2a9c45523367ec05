"""Deals that hang: over the limit, longer than usual, or without a next step; those on hold stand apart."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.deals import services
from core.deals.models import Deal
from core.interactions.services import log_interaction
from core.process.hanging import hanging, marks_of
from core.process.usual import UsualStay
from core.tasks.services import complete, create_task


@pytest.fixture
def seller(make):
    return make.user("seller")


@pytest.fixture
def busy(crm, make, seller):
    """Returns a function that makes a deal of the seller for which something is planned."""

    def do(title="", **values):
        deal = make.deal(title, **{"owner": seller, **values})
        create_task(crm, title="Call", deal=deal, user=seller)
        return deal

    return do


def usually(crm, deal, days):
    UsualStay.create(
        deal_type=deal.deal_type_id,
        stage=deal.stage_id,
        won=20,
        median_s=days * 43_200,
        most_s=days * 86_400,
        passed=20,
        learned_at=crm.clock.now(),
    )


def late_since(crm, deal, days):
    Deal.update(late_at=crm.clock.now() - timedelta(days=days)).where(Deal.id == deal.id).execute()


def reasons(crm, deal):
    mark = marks_of(crm, [deal.id]).get(deal.id)
    return mark.reasons if mark else ()


def test_deal_over_the_limit_of_its_stage_hangs(crm, busy):
    late, soon = busy(), busy()
    late_since(crm, late, 2)
    late_since(crm, soon, -2)
    assert (reasons(crm, late), reasons(crm, soon)) == (("late",), ())
    assert marks_of(crm, [late.id])[late.id].since == crm.clock.now() - timedelta(days=2)


def test_deal_older_than_four_of_five_won_deals_hangs(crm, busy, make):
    deal = busy(deal_type=make.deal_type())
    usually(crm, deal, 3)
    crm.clock.advance(days=3)
    assert reasons(crm, deal) == ()
    crm.clock.advance(hours=1)
    assert reasons(crm, deal) == ("old",)


def test_deal_without_an_open_task_or_a_planned_interaction_hangs(crm, make, seller):
    deal = make.deal(owner=seller)
    assert reasons(crm, deal) == ("idle",)
    task = create_task(crm, title="Call", deal=deal, user=seller)
    assert reasons(crm, deal) == ()
    complete(crm, task)
    assert reasons(crm, deal) == ("idle",)
    tomorrow = crm.clock.now() + timedelta(days=1)
    log_interaction(crm, kind="meeting", client=deal.client, deal_id=deal.id, at=tomorrow, is_planned=True)
    assert reasons(crm, deal) == ()
    crm.clock.advance(days=3)
    assert reasons(crm, deal) == ("idle",)


def test_deals_on_hold_stand_apart_and_closed_ones_hang_nowhere(crm, make, seller):
    services.hold(crm, make.deal(owner=seller), crm.today() + timedelta(days=5))
    services.win(crm, make.deal(owner=seller))
    services.delete_deal(crm, make.deal(owner=seller))
    found = hanging(crm, seller)
    assert (found.found, found.on_hold) == ([], 1)
    assert [(share.owner_id, share.count, share.on_hold) for share in found.shares] == [(seller.id, 0, 1)]


def test_gravest_is_first_by_days_late_times_money(crm, busy):
    days_and_money = {"a": (1, 100), "b": (30, 100), "c": (2, 9000), "d": (90, None)}
    for title, (days, money) in days_and_money.items():
        late_since(crm, busy(title, potential=None if money is None else Decimal(money)), days)
    titles = dict(Deal.select(Deal.id, Deal.title).tuples())
    assert [titles[one.deal_id] for one in hanging(crm, None).found] == ["c", "b", "a", "d"]


def test_each_sees_what_hangs_of_those_deals_that_he_may_see(crm, make, seller):
    mine, foreign = make.deal(owner=seller), make.deal(owner=make.user())
    assert [one.deal_id for one in hanging(crm, seller).found] == [mine.id]
    assert {one.deal_id for one in hanging(crm, make.user("director")).found} == {mine.id, foreign.id}


def test_one_number_for_each_manager_and_reason(crm, make, seller, busy):
    deal = make.deal(owner=seller, potential=Decimal(50))
    late_since(crm, deal, 1)
    late_since(crm, busy(potential=Decimal(20)), 1)
    other = make.deal(owner=make.user())
    shares = hanging(crm, None).shares
    assert [(one.owner_id, one.count, one.potential) for one in shares] == [
        (seller.id, 2, Decimal(70)),
        (other.owner_id, 1, Decimal(100)),
    ]
    assert shares[0].by_reason == {"late": 2, "old": 0, "idle": 1}


def test_both_readers_ask_once(crm, busy, queries, seller):
    deal = busy()
    with queries.at_most(1):
        marks_of(crm, [deal.id])
    with queries.at_most(1):
        hanging(crm, seller)
    with queries.at_most(0):
        assert marks_of(crm, []) == {}
