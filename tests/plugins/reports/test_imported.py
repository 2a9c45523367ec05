"""Funnels of imported files against recounts by plain code: the real opportunities, a base with its stage history."""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from core.api import Team, User
from core.deals.rates import set_rate
from core.stages.services import create_deal_type, publish
from plugins.importers.options import make_options
from plugins.importers.services import get_kind, prepare, run
from tests.plugins.reports.base import LADDERS, RATES, generate
from tests.plugins.reports.recount import closed_rows, closed_totals

NAME = "data/excel_and_sales/crm_sales_opportunities_{}.csv"
STATES = {"Won": "won", "Lost": "lost", "In_Progress": "open"}


@pytest.fixture
def enabled_plugins() -> tuple[str, ...]:
    return ("importers", "reports")


@pytest.fixture
def importing(crm):
    def import_file(kind, path, **options):
        made = make_options(get_kind(kind), {}, options, folder=path.parent)
        made = type(made)(**{**made.__dict__, "create_missing": True})
        batch = run(crm, prepare(crm, get_kind(kind), path, path.name, made))
        assert batch.rejected == 0
        return batch

    return import_file


def read(path) -> list[dict]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def counted(rows, prices) -> dict:
    """Returns the totals of rows of the file: plain counting, with nothing of ours."""
    won = [row for row in rows if row["deal_stage"] == "Won"]
    lost = [row for row in rows if row["deal_stage"] == "Lost"]
    return {
        "closed": len(won) + len(lost),
        "won": len(won),
        "lost": len(lost),
        "won_amount": sum((Decimal(row["close_value"] or prices[row["product"]]) for row in won), Decimal(0)),
        "lost_potential": sum((prices[row["product"]] for row in lost), Decimal(0)),
        "clients": len({row["account"] for row in won + lost}),
        "no_potential": 0,
    }


def quarter_of(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}-Q{(day.month + 2) // 3}"


@pytest.mark.shared
def test_opportunities_equal_a_recount_of_the_file(crm, importing, report, shared):
    prices = {row["product"]: Decimal(row["sales_price"]) for row in read(shared / NAME.format("products"))}
    rows = read(shared / NAME.format("sales_pipeline"))
    teams = {row["sales_agent"]: row["manager"] for row in read(shared / NAME.format("sales_teams"))}
    products = str(shared / NAME.format("products"))
    lookup = {"potential": {"column": "product", "file": products, "key": "product", "value": "sales_price"}}
    importing("deals", shared / NAME.format("sales_pipeline"), defaults={"client": "No account"}, lookup=lookup)
    made = {name: Team.create(name=name) for name in sorted(set(teams.values()))}
    for user in User.select():
        if user.name in teams:
            User.update(team=made[teams[user.name]]).where(User.id == user.id).execute()

    def assert_equal(expected, **params):
        totals = report("funnel-closed", **params).data["totals"]
        assert {name: totals[name] for name in expected} == expected

    closed = [row for row in rows if row["deal_stage"] != "In_Progress"]
    assert_equal(counted(closed, prices))
    by: dict[str, dict] = {"quarter": defaultdict(list), "owner": defaultdict(list), "team": defaultdict(list)}
    for row in closed:
        by["quarter"][quarter_of(row["close_date"])].append(row)
        by["owner"][row["sales_agent"]].append(row)
        by["team"][teams[row["sales_agent"]]].append(row)
    for name, parts in by.items():
        groups = {group[name]: group for group in report("funnel-closed", by=name).data["groups"]}
        assert set(groups) == set(parts)
        for key, part in parts.items():
            expected = counted(part, prices)
            del expected["clients"]
            assert {cell: groups[key][cell] for cell in expected} == expected, (name, key)
    for agent in list(by["owner"])[:5]:
        assert_equal(counted(by["owner"][agent], prices), owner=agent)
    assert_equal(counted(by["quarter"]["2017-Q2"], prices), from_="2017-04-01", to="2017-07-01")
    opened = [row for row in rows if row["deal_stage"] == "In_Progress"]
    assert report("funnel-open").data["totals"]["count"] == len(opened)
    assert report("funnel-open").data["totals"]["potential"] == sum(prices[row["product"]] for row in opened)


def write_csv(path, names, rows):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
    return path


def test_base_imported_as_deals_and_history_equals_its_recount(crm, importing, report, tmp_path):
    base = generate(300, seed=3)
    for currency, rate in RATES.items():
        if rate is not None and currency != crm.currency:
            set_rate(crm, currency, date(2020, 1, 1), rate)
    kinds = {kind: create_deal_type(crm, kind, mode="manual" if LADDERS[kind, 1] else "none",
                                    stages=[stage for stage, _chance in LADDERS[kind, 1]])
             for kind, number in LADDERS if number == 1}  # fmt: skip
    names = "number title client type state potential amount currency opened_at closed_at owner source".split()
    for version in (1, 2):
        if version == 2:
            publish(crm, kinds["Sale"], [stage for stage, _chance in LADDERS["Sale", 2]])
        deals = [(f"D-{n}", deal) for n, deal in enumerate(base.deals) if deal.version == version]
        rows = [_deal_row(number, deal) for number, deal in deals]
        importing("deals", write_csv(tmp_path / f"deals{version}.csv", names, rows))
        visits = [row for number, deal in deals for row in _visit_rows(number, deal)]
        importing("stage-history", write_csv(
            tmp_path / f"history{version}.csv", ["deal", "stage", "entered_at", "left_at"], visits))  # fmt: skip
    closed = [deal for deal in base.deals if deal.state != "open"]
    data = report("funnel-closed").data
    expected = closed_rows(closed)
    for row in data["rows"]:
        cells = expected[row["type"], None, row["stage"]]
        for cell in ("reached", "passed", "lost", "skipped", "reached_potential", "lost_potential"):
            assert row[cell] == cells[cell], (row["type"], row["stage"], cell)
    assert data["totals"] == pytest.approx(closed_totals(closed))


def _deal_row(number, deal):
    return [
        number, f"Deal {number}", f"Client {deal.client}", deal.type, deal.state, _text(deal.potential),
        _text(deal.amount), deal.currency, deal.opened_at.isoformat(),
        _text(deal.closed_at and deal.closed_at.isoformat()), _text(deal.owner), deal.source,
    ]  # fmt: skip


def _visit_rows(number, deal):
    return [
        [number, stage, since.isoformat(), _text(until and until.isoformat())]
        for stage, since, until, *_rest in deal.spans
        if stage is not None
    ]


def _text(value):
    return "" if value is None else str(value)
