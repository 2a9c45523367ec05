"""The live route map of a type: what stands there now, what went on and what was lost, as each user may see it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.deals import services
from core.deals.models import Deal
from core.process.typemap import type_map
from core.process.usual import UsualStay
from core.stages.services import publish


@pytest.fixture
def head(make):
    return make.user("director")


@pytest.fixture
def deal_type(make):
    return make.deal_type()


@pytest.fixture
def at(crm, make, deal_type):
    """Returns a function that makes a deal and leads it to a stage."""

    def do(stage="Interest", **values):
        deal = make.deal(deal_type=deal_type, **values)
        return deal if stage == "Interest" else services.move(crm, deal, stage)

    return do


@pytest.fixture
def drawn(crm, head, deal_type):
    """Returns a function that draws the map of the days around today."""

    def do(user=None, **values):
        today = crm.today()
        days = values.pop("days", (today - timedelta(days=5), today + timedelta(days=1)))
        return type_map(crm, user or head, deal_type, days, **values)

    return do


def numbers(found, *names):
    return [tuple(getattr(stage, name) for name in names) for stage in found.stages]


def test_open_deals_are_counted_with_their_money_and_the_late_ones(crm, at, drawn):
    at(potential=Decimal(50))
    late = at("Offer", potential=Decimal(30))
    Deal.update(late_at=crm.clock.now() - timedelta(hours=1)).where(Deal.id == late.id).execute()
    services.hold(crm, at("Offer"), crm.today() + timedelta(days=2))
    services.delete_deal(crm, at("Offer"))
    found = drawn()
    assert numbers(found, "count", "potential", "late") == [(1, 50, 0), (1, 30, 1), (0, 0, 0)]
    assert (found.count, found.potential, found.late, found.on_hold) == (2, 80, 1, 1)


def test_arrows_tell_what_went_on_and_what_was_lost_in_the_period(crm, at, drawn):
    services.win(crm, at("Payment"))
    services.lose(crm, at("Offer"), "Too expensive")
    services.lose(crm, at(), "Too expensive")
    found = drawn()
    assert numbers(found, "passed", "lost") == [(2, 1), (1, 1), (1, 0)]
    assert [stage.drop_off for stage in found.stages] == [1 / 3, 0.5, 0.0]
    assert (found.won, found.lost) == (1, 2)
    early = (crm.today() - timedelta(days=9), crm.today())
    assert numbers(drawn(days=early), "passed", "lost") == [(0, 0)] * 3
    assert drawn(days=early).stages[0].drop_off is None


def test_deals_of_older_versions_stand_at_their_stage_too(crm, at, drawn, deal_type):
    at("Offer")
    at()
    publish(crm, deal_type, ("Interest", "Payment"))
    found = drawn()
    assert numbers(found, "name", "place", "count") == [("Interest", 0, 1), ("Payment", 1, 0), ("Offer", None, 1)]


def test_each_sees_his_own_part_and_no_more(crm, make, at, drawn):
    seller = make.user("seller")
    at(owner=seller)
    at(owner=make.user())
    services.lose(crm, at(owner=make.user()), "Too expensive")
    found = drawn(seller)
    assert numbers(found, "count", "lost")[0] == (1, 0)
    assert drawn().count == 2


def test_usual_stays_are_told_with_when_they_were_learned(crm, drawn, deal_type):
    assert (drawn().learned_at, drawn().stages[0].usual) == (None, None)
    stage_id = drawn().stages[0].stage_id
    UsualStay.create(
        deal_type=deal_type,
        stage=stage_id,
        won=20,
        median_s=90_000,
        most_s=99_000,
        passed=20,
        learned_at=crm.clock.now(),
    )
    found = drawn()
    assert (found.learned_at, found.stages[0].usual) == (crm.clock.now(), timedelta(hours=25))


def test_a_condition_narrows_all_of_it(at, drawn):
    at(potential=Decimal(5))
    at(potential=Decimal(500))
    assert drawn(where=Deal.potential > Decimal(100)).count == 1


def test_map_asks_five_times(crm, at, drawn, queries):
    services.win(crm, at("Payment"))
    at()
    drawn()
    with queries.at_most(5):
        drawn()


def test_index_of_open_deals_holds_all_that_the_map_counts(crm, at, drawn, queries):
    at()
    with queries.at_most(5) as seen:
        drawn()
    standing = next(sql for sql in seen if "on_hold_until" in sql)
    if "?" in standing:
        plan = crm.database.execute_sql("EXPLAIN QUERY PLAN " + standing, (1,) * standing.count("?")).fetchall()
        assert any("COVERING INDEX ix_core_deal_deal_type_id_stage_id_late_at" in row[3] for row in plan), plan
