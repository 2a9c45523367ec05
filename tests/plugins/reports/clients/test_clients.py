"""Return of marketing, primary demand, new and repeat clients and their cohorts agree with plain counts."""

import random
from collections import defaultdict
from decimal import Decimal
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest

from core.api import Deal, DemandLine, fields
from plugins.reports.output.forms import MEDIA_TYPES, write
from plugins.reports.people import setup
from tests.plugins.reports.lists import listed

NAMES = ("marketing-return", "primary-demand", "repeat-clients", "client-cohorts")


@pytest.fixture
def costs(crm, base):
    """Types what the fair cost in two months of 2025, one of them outside of most periods."""
    sources = {name: key for key, name in setup.sources(crm)}
    setup.set_costs(crm, month("2025-03"), {sources["Fair"]: "1000", sources["Call"]: ""})
    setup.set_costs(crm, month("2025-04"), {sources["Fair"]: "250.50", sources["Call"]: "0"})
    return sources


def month(text):
    from datetime import date

    return date.fromisoformat(f"{text}-01")


@pytest.fixture
def wishes(crm, base):
    """Gives deals lines of demand; returns {number of the deal: [(satisfied, reason)]}."""
    rnd, found = random.Random(5), {}
    with crm.work():
        for deal in Deal.select().order_by(Deal.id):
            lines = []
            for place in range(rnd.randint(0, 3)):
                satisfied = rnd.choice((None, True, False))
                reason = rnd.choice(("Too dear", "Too late", "=cmd|' /C calc'!A0")) if satisfied is False else ""
                DemandLine.create(deal=deal, place=place, what="A thing", quantity=Decimal(1), is_satisfied=satisfied,
                                  reason=reason)  # fmt: skip
                lines.append((satisfied, reason))
            found[deal.number] = lines
    return found


def behind(crm, link):
    conditions = [fields.from_text(one) for one in parse_qs(link)["f"]]
    return Deal.select().where(fields.condition(crm, fields.entity(crm, "deal"), conditions, None)).count()


def test_return_by_source_equals_a_plain_count(crm, base, costs, report):
    data = report("marketing-return", from_="2025-03-01", to="2025-05-01").data
    rows = {row["source"]: row for row in data["rows"]}
    for source in ("Fair", "Call"):
        own = [deal for deal in base.deals if deal.source == source]
        won = [d for d in own if d.state == "won" and "2025-03-01" <= day(crm, d.closed_at) < "2025-05-01"]
        leads = sum("2025-03-01" <= day(crm, deal.opened_at) < "2025-05-01" for deal in own)
        amount = sum((deal.brought or 0 for deal in won), Decimal(0))
        assert (rows[source]["leads"], rows[source]["won"], rows[source]["won_amount"]) == (leads, len(won), amount)
    fair = rows["Fair"]
    assert fair["cost"] == Decimal("1250.50")
    assert fair["roi"] == pytest.approx(float((fair["won_amount"] - fair["cost"]) / fair["cost"]))
    assert (rows["Call"]["cost"], rows["Call"]["roi"]) == (0, None)
    assert data["totals"]["cost"] == Decimal("1250.50")
    known = [row for row in data["rows"] if row["cost"] is not None]
    back = sum(row["won_amount"] for row in known)
    assert data["totals"]["roi"] == pytest.approx(float((back - fair["cost"]) / fair["cost"]))
    assert data["totals"]["leads"] == sum(row["leads"] for row in data["rows"])


def day(crm, moment):
    return f"{moment.astimezone(ZoneInfo(str(crm.config.zone))):%Y-%m-%d}"


def test_leads_and_won_deals_open_their_lists(crm, base, costs, report):
    for row in report("marketing-return", period="all").tables[0].rows[:-1]:
        assert behind(crm, row.links["leads"]) == row.values["leads"]
        assert behind(crm, row.links["won"]) == row.values["won"]


def test_without_costs_the_report_says_so(base, report):
    document = report("marketing-return", period="all")
    assert document.data["totals"]["roi"] is None
    assert any("No costs are known" in str(note) for note in document.notes)


def test_costs_are_typed_on_a_page_and_wrong_ones_named(crm, base, costs, web, make):
    web.sign_in(make.user("director"))
    web.post("/reports/setup/costs?month=2025-06", {f"cost-{costs['Fair']}": "1 200,50"})
    assert setup.costs(month("2025-06")) == {costs["Fair"]: Decimal("1200.50")}
    text = web.post("/reports/setup/costs?month=2025-06", {f"cost-{costs['Fair']}": "plenty"}).text
    assert "Write a sum" in text


def test_a_seller_may_not_type_costs(web, make):
    web.sign_in(make.user("seller"))
    assert web.get("/reports/setup/costs").status_code == 403


def test_demand_equals_a_plain_count_and_opens_its_deals(crm, base, wishes, report):
    document = report("primary-demand", period="all")
    closed = {f"D-{number}" for number, deal in enumerate(base.deals) if deal.state != "open"}
    lines = [(number, *line) for number, own in wishes.items() if number in closed for line in own]
    totals = document.data["totals"]
    assert totals["lines"] == len(lines)
    assert totals["satisfied"] == sum(satisfied is True for _number, satisfied, _reason in lines)
    assert totals["unanswered"] == sum(satisfied is None for _number, satisfied, _reason in lines)
    for row, shown in zip(document.data["rows"], document.tables[0].rows, strict=True):
        own = [number for number, satisfied, reason in lines if satisfied is False and reason == row["reason"]]
        assert (row["lines"], row["deals"]) == (len(own), len(set(own)))
        assert behind(crm, shown.links["deals"]) == row["deals"]


def won_in_order(base):
    won = [deal for deal in base.deals if deal.state == "won"]
    firsts = {}
    for deal in sorted(won, key=lambda deal: deal.closed_at):
        firsts.setdefault(deal.client, deal.closed_at)
    return won, firsts


def test_new_and_repeat_equal_a_plain_count(crm, base, report):
    won, firsts = won_in_order(base)
    document = report("repeat-clients", from_="2025-06-01", to="2026-01-01")
    rows = {row["owner"]: row for row in document.data["rows"]}
    for owner in [None, *base.users]:
        own = [d for d in won if d.owner == owner and "2025-06-01" <= day(crm, d.closed_at) < "2026-01-01"]
        new = [deal for deal in own if deal.closed_at == firsts[deal.client]]
        row = rows.get(owner, {"new": 0, "repeat": 0})
        assert (row["new"], row["repeat"]) == (len(new), len(own) - len(new))
        if own:
            amounts = row["new_amount"] + row["repeat_amount"]
            assert amounts == sum((deal.brought or 0 for deal in own), Decimal(0))
    for row in document.tables[0].rows[:-1]:
        for name in ("new", "repeat"):
            if row.values[name]:
                assert behind(crm, row.links[name]) == row.values[name]


def test_cohorts_equal_a_plain_count_and_open_their_deals(crm, base, report):
    won, firsts = won_in_order(base)
    expected = defaultdict(lambda: [set(), 0, Decimal(0)])
    for deal in won:
        cohort, at = day(crm, firsts[deal.client])[:7], day(crm, deal.closed_at)[:7]
        after = (int(at[:4]) - int(cohort[:4])) * 12 + int(at[5:]) - int(cohort[5:])
        cell = expected[cohort, after]
        cell[0].add(deal.client)
        cell[1] += 1
        cell[2] += deal.brought or 0
    document = report("client-cohorts", period="all")
    found = {
        (row["month"], row["months_since"]): [row["clients"], row["deals"], row["won_amount"]]
        for row in document.data["rows"]
    }
    assert found == {key: [len(clients), deals, amount] for key, (clients, deals, amount) in expected.items()}
    for row in document.tables[0].rows[:2]:
        for name, link in row.links.items():
            assert listed(crm, None, link) == row.values[name]


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_base_answers(report, name):
    document = report(name)
    assert (document.is_empty, document.data["rows"]) == (True, [])


@pytest.mark.parametrize("name", NAMES)
def test_a_seller_counts_own_deals_alone(base, wishes, report, name):
    every = report(name, period="all").data["totals"]
    own = report(name, user=base.users["Vera"], period="all").data["totals"]
    key = {"marketing-return": "won", "primary-demand": "lines", "repeat-clients": "new", "client-cohorts": "clients"}[
        name
    ]
    assert own[key] < every[key]


@pytest.mark.parametrize("name", NAMES)
def test_every_form_can_be_written(base, costs, wishes, report, name):
    document = report(name, period="all")
    assert all(write(document, form).content for form in MEDIA_TYPES if form not in ("pdf", "svg"))
    assert b"\n=cmd" not in write(document, "csv").content


@pytest.mark.parametrize("name", NAMES)
def test_pages_ask_little(base, wishes, costs, web, make, queries, name):
    web.sign_in(make.user("director"))
    web.get(f"/reports/{name}")
    with queries.at_most(15):
        text = web.text(f"/reports/{name}?period=all")
    assert "/deals/?f=" in text
