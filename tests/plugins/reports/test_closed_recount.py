"""The closed funnel against a recount deal by deal, cell by cell, on both databases."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.plugins.reports.recount import closed_rows, closed_totals, conversion

ZONE = ZoneInfo("Europe/Tirane")
CELLS = ("reached", "passed", "lost", "skipped", "reached_potential", "passed_potential", "lost_potential")


def day(deal) -> date:
    return deal.closed_at.astimezone(ZONE).date()


def closed(base, **only):
    return [
        deal
        for deal in base.deals
        if deal.state != "open" and all(getattr(deal, name) == value for name, value in only.items())
    ]


def assert_same(rows, expected, by=""):
    found = {(row["type"], row.get(by), row["stage"]): row for row in rows}
    assert len(found) == len(rows)
    assert set(expected) <= set(found)
    for key, row in found.items():
        for cell in CELLS:
            assert row[cell] == expected[key][cell], (key, cell)
        assert row["conversion"] == pytest.approx(conversion(expected[key])), key


@pytest.mark.parametrize("counting", ["final", "furthest", "visited"])
def test_funnel_of_all_time_equals_recount(base, report, counting):
    data = report("funnel-closed", counting=counting).data
    assert_same(data["rows"], closed_rows(closed(base), counting=counting))
    assert data["totals"] == pytest.approx(closed_totals(closed(base)))


def test_funnel_of_a_quarter_equals_recount(base, report):
    deals = [deal for deal in closed(base) if date(2025, 4, 1) <= day(deal) < date(2025, 7, 1)]
    data = report("funnel-closed", from_="2025-04-01", to="2025-07-01").data
    assert deals
    assert_same(data["rows"], closed_rows(deals))
    assert data["totals"] == pytest.approx(closed_totals(deals))


def test_period_is_half_open_in_the_companys_zone(base, report):
    days = sorted({day(deal) for deal in closed(base)})[:40]
    counted = [
        report("funnel-closed", from_=str(first), to=str(until)).data["totals"]["closed"]
        for first, until in zip(days, days[1:], strict=False)
    ]
    assert sum(counted) == sum(days[0] <= day(deal) < days[-1] for deal in closed(base))


@pytest.mark.parametrize("by", ["owner", "source", "currency"])
def test_funnel_by_a_dimension_equals_recount(base, report, by):
    data = report("funnel-closed", by=by).data
    assert_same(data["rows"], closed_rows(closed(base), key=lambda deal: getattr(deal, by)), by)


def test_funnel_by_team_equals_recount(base, report):
    expected = closed_rows(closed(base), key=lambda deal: base.teams.get(deal.owner))
    assert_same(report("funnel-closed", by="team").data["rows"], expected, "team")


@pytest.mark.parametrize(
    ("by", "label"),
    [
        ("month", lambda day: f"{day:%Y-%m}"),
        ("quarter", lambda day: f"{day:%Y}-Q{(day.month + 2) // 3}"),
        ("year", lambda day: f"{day:%Y}"),
    ],
)
def test_funnel_by_time_equals_recount(base, report, by, label):
    expected = closed_rows(closed(base), key=lambda deal: label(day(deal)))
    assert_same(report("funnel-closed", by=by).data["rows"], expected, by)


def test_funnel_by_region_of_the_client_equals_recount(base, report):
    regions = ("North", "South", None)
    expected = closed_rows(closed(base), key=lambda deal: regions[deal.client % 3])
    assert_same(report("funnel-closed", by="client.region").data["rows"], expected, "client.region")


def test_filters_narrow_the_funnel_as_the_recount_says(base, report):
    deals = closed(base, type="Sale", owner="Arta", source="Fair")
    data = report("funnel-closed", type="Sale", owner="Arta", source="Fair").data
    assert deals
    assert_same(data["rows"], closed_rows(deals))
    assert data["totals"] == pytest.approx(closed_totals(deals))


def test_seller_sees_own_deals_alone(base, report):
    data = report("funnel-closed", user=base.users["Vera"]).data
    assert data["totals"] == pytest.approx(closed_totals(closed(base, owner="Vera")))


def test_compared_period_is_counted_as_its_own(base, report):
    deals = [deal for deal in closed(base) if date(2025, 1, 1) <= day(deal) < date(2025, 4, 1)]
    data = report("funnel-closed", from_="2025-04-01", to="2025-07-01", compare="previous").data
    assert_same(data["compare"]["rows"], closed_rows(deals))
    assert data["compare"]["totals"] == pytest.approx(closed_totals(deals))


def test_joined_types_add_up_by_the_names_of_stages(base, report):
    separate, joined = (report("funnel-closed", joined=joined).data["rows"] for joined in ("no", "yes"))
    sums: dict = {}
    for row in separate:
        sums[row["stage"]] = sums.get(row["stage"], Decimal(0)) + row["reached"]
    assert {row["stage"]: row["reached"] for row in joined} == sums
    assert {row["type"] for row in joined} == {None}


@pytest.mark.parametrize("indicator", ["deals", "lost", "clients", "potential"])
def test_matrix_by_manager_equals_recount(base, report, indicator):
    data = report("funnel-closed", columns="owner", indicators=indicator).data
    expected = closed_rows(closed(base), key=lambda deal: deal.owner)
    names = {"deals": "reached", "lost": "lost", "potential": "reached_potential"}
    for row in data["matrix"]:
        if row["is_company"]:
            continue
        if indicator == "clients":
            reached = [d for d in closed(base, type=row["type"], owner=row["owner"]) if has_reached(d, row["stage"])]
            assert (row["clients"] or 0) == len({deal.client for deal in reached})
        else:
            assert (row[indicator] or 0) == expected[row["type"], row["owner"], row["stage"]][names[indicator]]


def has_reached(deal, stage) -> bool:
    return bool(closed_rows([deal])[deal.type, None, stage]["reached"])


def test_matrix_has_the_company_beside_the_managers(base, report):
    data = report("funnel-closed", columns="owner", indicators="deals,clients").data
    company = {(row["type"], row["stage"]): row for row in data["matrix"] if row["is_company"]}
    for row in data["rows"]:
        cell = company[row["type"], row["stage"]]
        assert cell["deals"] == row["reached"]
        reached = [deal for deal in closed(base, type=row["type"]) if has_reached(deal, row["stage"])]
        assert cell["clients"] == len({deal.client for deal in reached})
