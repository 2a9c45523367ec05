"""The open funnel, now and as of past days, against a recount deal by deal, on both databases."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.plugins.reports.base import LADDERS, RATES
from tests.plugins.reports.recount import chance, standing

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def rows_at(base, at, key=lambda deal, span: None) -> dict:
    """Returns {(type, key, stage): [count, clients, potential, wins, income, passes]} of the deals open at a moment."""
    rows: dict = defaultdict(lambda: [0, set(), Decimal(0), Decimal(0), Decimal(0), Decimal(0)])
    for deal in base.deals:
        span = standing(deal, at)
        if span is None or span[5]:
            continue
        row = rows[deal.type, key(deal, span), span[0]]
        worth = span[4] or Decimal(0)
        row[0] += 1
        row[1].add(deal.client)
        row[2] += worth
        if span[0] is not None:
            row[3] += chance(deal, span[0])
            row[4] += chance(deal, span[0]) * worth
            row[5] += Decimal(dict(LADDERS[deal.type, deal.version])[span[0]]) / 100
    return rows


def assert_same(rows, expected, by=""):
    found = {(row["type"], row.get(by), row["stage"]): row for row in rows}
    assert len(found) == len(rows)
    assert set(expected) <= set(found)
    for key, row in found.items():
        count, clients, potential, wins, income, passes = expected[key]
        assert (row["count"], row["clients"], row["potential"]) == (count, len(clients), potential), key
        if row["stage"] is None:
            assert row["expected_wins"] is row["expected_income"] is row["probability"] is None
            continue
        assert row["expected_wins"] == pytest.approx(float(wins))
        assert row["expected_income"] == pytest.approx(income, abs=Decimal("0.0001"))
        if count:
            assert row["probability"] == pytest.approx(float(passes) / count)


def test_open_funnel_equals_recount(base, report):
    data = report("funnel-open").data
    expected = rows_at(base, NOW)
    assert_same(data["rows"], expected)
    totals = data["totals"]
    assert totals["count"] == sum(row[0] for row in expected.values())
    assert totals["clients"] == len(set().union(*(row[1] for row in expected.values())))
    assert totals["potential"] == sum(row[2] for row in expected.values())
    assert totals["expected_wins"] == pytest.approx(float(sum(row[3] for row in expected.values())))
    held = [deal for deal in base.deals if deal.state == "open" and deal.is_on_hold]
    assert totals["on_hold"] == len(held)
    assert totals["on_hold_potential"] == sum(deal.worth or 0 for deal in held)


def test_nothing_is_told_of_what_deals_without_stages_will_bring(base, report):
    document = report("funnel-open", type="Errand")
    totals, figures = document.data["totals"], {figure.key: figure.value for figure in document.figures}
    assert totals["count"] > 0
    assert totals["expected_wins"] is totals["expected_income"] is totals["win_probability"] is None
    assert figures["expected_wins"] is figures["expected_income"] is None
    assert any("Deals without stages have no probability" in note.words for note in document.notes)


def test_missing_potential_is_counted_never_taken_for_nothing(base, report):
    unpriced = [
        deal
        for deal in base.deals
        if deal.state == "open" and not deal.is_on_hold and (deal.potential is None or RATES[deal.currency] is None)
    ]
    assert unpriced
    assert report("funnel-open").data["totals"]["no_potential"] == len(unpriced)


@pytest.mark.parametrize("day", ["2025-02-10", "2025-06-01", "2025-11-30"])
def test_funnel_of_a_past_day_equals_recount(base, report, day):
    # A day means its end, in the company's zone: Tirana is an hour or two before UTC.
    hours = 2 if day == "2025-06-01" else 1
    at = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1) - timedelta(hours=hours)
    expected = rows_at(base, at)
    assert expected
    assert_same(report("funnel-open", as_of=day).data["rows"], expected)


def test_funnel_as_of_now_equals_the_open_funnel(base, report):
    now, then = report("funnel-open").data, report("funnel-open", as_of="2026-06-15T12:00:00+00:00").data
    assert now["rows"] == then["rows"]
    assert now["totals"] == then["totals"]


def test_past_owner_owns_the_past(base, report):
    expected = rows_at(base, datetime(2025, 5, 31, 22, tzinfo=UTC), key=lambda _deal, span: span[3])
    assert_same(report("funnel-open", as_of="2025-05-31", by="owner").data["rows"], expected, "owner")


def test_open_funnel_by_owner_equals_recount(base, report):
    expected = rows_at(base, NOW, key=lambda deal, span: deal.owner)
    assert_same(report("funnel-open", by="owner").data["rows"], expected, "owner")


def test_matrix_of_open_deals_adds_up_to_the_company(base, report):
    matrix = report("funnel-open", columns="team", indicators="deals,expected_income").data["matrix"]
    for whole in (row for row in matrix if row["is_company"]):
        parts = [
            row
            for row in matrix
            if not row["is_company"] and (row["type"], row["stage"]) == (whole["type"], whole["stage"])
        ]
        assert sum(row["deals"] or 0 for row in parts) == whole["deals"]


def test_seller_sees_own_open_deals_alone(base, report):
    found = report("funnel-open", user=base.users["Ivan"]).data["totals"]["count"]
    mine = [deal for deal in base.deals if deal.state == "open" and not deal.is_on_hold and deal.owner == "Ivan"]
    assert found == len(mine)
