"""A change of many deals is the same as a change of each, and quicker."""

from decimal import Decimal

import pytest

from core.deals import services
from core.deals.bulk import change_deals
from core.deals.changes import change_deal
from core.deals.inspection import find_wrong_deals
from core.deals.models import Deal, DealPeriod
from core.deals.rates import set_rate
from core.store.audit import history


@pytest.fixture
def boss(make):
    return make.user("administrator")


def state_of(deal):
    kept = Deal.get_by_id(deal.id)
    spans = DealPeriod.select().where(DealPeriod.deal == deal).order_by(DealPeriod.from_at)
    return (
        {name: value for name, value in kept.__data__.items() if name not in ("id", "number", "title", "client")},
        [(one.from_at, one.to_at, one.owner_id, one.potential_base, one.stage_id) for one in spans],
        [(one.action, one.changes) for one in history("deal", deal.id) if one.action != "created"],
    )


@pytest.mark.parametrize("field", ["owner", "potential", "source", "expected_on", "properties.size"])
def test_many_at_once_end_as_one_by_one(crm, make, boss, field):
    from core.clients.categories import create_source  # noqa: PLC0415 - one case needs it
    from core.clients.properties import create_property  # noqa: PLC0415 - one case needs it

    create_property(crm, entity="deal", name="Size", kind="number")
    values = {
        "owner": make.user("seller").id, "potential": Decimal("12.50"), "source": create_source(crm, name="Fair").id,
        "expected_on": crm.today(), "properties.size": Decimal(7),
    }  # fmt: skip
    set_rate(crm, "USD", crm.today(), Decimal("0.9"))
    kind = make.deal_type("Sale", stages=("A", "B"))
    many = [make.deal(deal_type=kind, currency="USD", owner=boss, potential=Decimal(5)) for _ in range(3)]
    one = make.deal(deal_type=kind, currency="USD", owner=boss, potential=Decimal(5))
    crm.clock.advance(hours=1)
    with crm.acting(boss.id, "web"):
        assert change_deals(crm, boss, [deal.id for deal in many], {field: values[field]}) == 3
        name, value = {"owner": "owner_id", "source": "source_id"}.get(field, field), values[field]
        single = {"properties": {"size": value}} if "." in field else {name: value}
        change_deal(crm, one, single)
    assert {repr(state_of(deal)) for deal in many} == {repr(state_of(one))}
    assert find_wrong_deals(crm) == []


def test_closed_deals_keep_what_was_frozen_and_equal_ones_are_not_counted(crm, make, boss):
    won = services.win(crm, make.deal(potential=Decimal(5)))
    same = make.deal(potential=Decimal(9))
    changed = make.deal(potential=Decimal(5))
    ids = [won.id, same.id, changed.id]
    assert change_deals(crm, boss, ids, {"potential": Decimal(9)}) == 1
    assert [Deal.get_by_id(one).potential for one in ids] == [5, 9, 9]
    assert Deal.get_by_id(same.id).version == same.version


def test_a_hundred_deals_change_hands_in_few_queries_beside_those_for_the_tasks_of_each(crm, make, boss, queries):
    kind = make.deal_type("Sale", stages=("A", "B"))
    ids = [make.deal(deal_type=kind).id for _ in range(100)]
    crm.clock.advance(hours=1)
    with queries.at_most(20):
        assert change_deals(crm, boss, ids, {"potential": Decimal(77)}) == 100
    with queries.at_most(20 + len(ids)):
        assert change_deals(crm, boss, ids, {"owner": make.user("seller").id}) == 100
