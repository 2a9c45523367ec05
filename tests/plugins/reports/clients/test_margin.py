"""The margin agrees with a plain count over the generated base, whatever the currency, and opens its deals."""

import json
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from core.api import Deal, create_property
from plugins.reports.clients.costs import GROUP
from tests.plugins.reports.base import RATES
from tests.plugins.reports.clients.test_clients import behind, day

UNIT = Decimal("0.0001")


@pytest.fixture
def costs(crm, base):
    """Gives two of three won deals a cost in their currency; returns the costs by the deals' places in the base."""
    rnd, found = random.Random(7), {}
    with crm.work():
        create_property(crm, entity="deal", name="Cost", kind="money")
        for place, deal in enumerate(base.deals):
            if deal.state == "won" and rnd.random() < 0.67:
                found[place] = Decimal(rnd.randint(1, 90_000)) / 100
                values = json.dumps({"cost": str(found[place])})
                where = f"number = 'D-{place}'"
                crm.database.execute_sql(f"UPDATE core_deal SET properties = '{values}' WHERE {where}")
    return found


def plainly(base, costs, places):
    """Returns (won, their amount, without a cost, with one, their amount, cost) of the deals in these places."""
    won = [base.deals[place] for place in places]
    known = [place for place in places if place in costs and base.deals[place].brought is not None]
    cost = sum((in_base(base.deals[place], costs[place]) for place in known), Decimal(0))
    amount = sum((base.deals[place].brought for place in known), Decimal(0))
    lacking = sum(place not in costs for place in places)
    return len(won), sum((deal.brought or 0 for deal in won), Decimal(0)), lacking, len(known), amount, cost


def in_base(deal, cost):
    if deal.currency == "EUR":
        return cost
    if deal.amount:
        return (cost * deal.brought / deal.amount).quantize(UNIT, ROUND_HALF_UP)
    return cost * RATES[deal.currency]


def told(row):
    names = ("won", "won_amount", "without_cost", "costed", "costed_amount")
    return (*(row[name] for name in names), row["cost"] or Decimal(0))


@pytest.mark.parametrize("by", ["owner", "type"])
def test_margin_equals_a_plain_count(crm, base, costs, report, by):
    document = report("margin", by=by, from_="2025-03-01", to="2026-01-01")
    places = [
        place
        for place, deal in enumerate(base.deals)
        if deal.state == "won" and "2025-03-01" <= day(crm, deal.closed_at) < "2026-01-01"
    ]
    assert_close(told(document.data["totals"]), plainly(base, costs, places))
    for row in document.data["rows"]:
        own = [place for place in places if getattr(base.deals[place], by) == row[by]]
        assert_close(told(row), plainly(base, costs, own))
        assert row["margin"] is None or row["margin"] == row["costed_amount"] - row["cost"]


def assert_close(found, expected):
    """Asserts equality to a hundredth of a cent for each deal: SQLite turns costs into another currency by floats."""
    assert found[:4] == expected[:4]
    for one, other in zip(found[4:], expected[4:], strict=True):
        assert abs(one - other) <= UNIT * expected[3]


def test_every_number_opens_its_deals(crm, base, costs, report):
    document = report("margin", by="source", period="all")
    counted = {"without_cost": "without_cost", "won": "won", "costed": "costed", "margin": "costed"}
    for row in document.tables[0].rows:
        for name, count in counted.items():
            assert behind(crm, row.links[name]) == row.values[count]
    assert behind(crm, document.notes[0].link) == document.data["totals"]["without_cost"]


def test_foreign_deal_won_for_nothing_is_in_neither_the_number_nor_its_list(crm, base, costs, report):
    before = report("margin", period="all").data["totals"]["costed"]
    place = next(at for at in costs if base.deals[at].currency == "EUR" and base.deals[at].brought is not None)
    nothing = {"currency": "USD", "amount": 0, "amount_base": 0, "potential": None, "potential_base": None}
    with crm.work():
        Deal.update(nothing).where(Deal.number == f"D-{place}").execute()
    document = report("margin", period="all")
    assert document.data["totals"]["costed"] == before - 1
    assert behind(crm, document.tables[0].rows[-1].links["costed"]) == before - 1


def test_period_before_stands_beside(base, costs, report):
    document = report("margin", from_="2025-07-01", to="2026-01-01", compare="previous")
    before = report("margin", from_="2025-01-01", to="2025-07-01")
    assert [one.before for one in document.figures] == [one.value for one in before.figures]


def test_usual_period_is_compared_if_none_is_asked_for(base, report):
    usual = report("margin", compare="previous")
    assert usual.data == report("margin", compare="previous", period="last_12_months").data


def test_without_the_property_the_report_says_what_to_do(base, report):
    document = report("margin", period="all")
    assert "add one of the kind “money”" in str(document.notes[0])
    assert document.data["totals"]["margin"] is None
    assert document.data["totals"]["without_cost"] == document.data["totals"]["won"] > 0


def test_property_is_chosen_in_the_settings(crm, base, costs, report, web, make):
    with crm.work():
        create_property(crm, entity="deal", name="Expenses", kind="money")
        Deal.update(properties={"expenses": "1.00"}).where(Deal.state == "won").execute()
    web.sign_in(make.user("administrator"))
    assert "Expenses" in web.text(f"/settings/group/{GROUP}")
    assert web.post(f"/settings/group/{GROUP}", {"cost_property": "expenses"}).status_code == 303
    assert report("margin", period="all").data["totals"]["without_cost"] == 0


def test_property_that_is_gone_is_no_failure(crm, base, report):
    with crm.work():
        crm.settings.save(GROUP, {"cost_property": "vanished"})
    assert report("margin", period="all").data["totals"]["margin"] is None


def test_an_empty_base_answers(report):
    document = report("margin")
    assert (document.is_empty, document.data["rows"]) == (True, [])
