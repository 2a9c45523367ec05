"""Whatever is filtered and grouped, parts that add up make the whole, and what does not add up says so."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import ReportMeasure
from plugins.reports.engine.folding import finish, fold
from plugins.reports.registry import make_report

AXES = ("owner", "team", "source", "loss_reason", "type", "stage", "state", "month", "opened_at:week", "client.region")
ADDITIVE = ("deals", "won", "lost", "won_amount", "potential", "lost_potential", "expected_income")
FILTERS = (
    ("state", "won"),
    ("state", "open"),
    ("owner:not_empty", "1"),
    ("source:empty", "1"),
    ("potential:greater", "1000"),
    ("title:contains", "1"),
    ("opened_at:between", "2025-02-01|2025-08-15"),
    ("opened_at:not_equal", "last_90_days"),
)
# Sums of expected income are rounded to a cent in every cell.
CENT = Decimal("0.01")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.sampled_from(AXES),
    columns=st.sampled_from(("", *(one for one in AXES if not one.endswith(":week")))),
    measures=st.lists(st.sampled_from(ADDITIVE), min_size=1, max_size=3, unique=True),
    filters=st.lists(st.sampled_from(FILTERS), max_size=2, unique_by=lambda one: one[0]),
    period=st.sampled_from(((), (("period", "last_year"),), (("from", "2025-03-05"), ("to", "2025-07-20")))),
)
def test_cells_rows_and_columns_sum_to_the_whole(crm, base, rows, columns, measures, filters, period):
    columns = "" if columns == rows else columns
    pairs = [("rows", rows), ("columns", columns), ("measures", ",".join(measures)), *filters, *period]
    made = make_report(crm, None, "matrix", [("facts", "deals"), *pairs])
    table = made.tables[0]
    *lines, total = table.rows
    for name in measures:
        allowed = CENT * len(made.data["rows"]) if name == "expected_income" else 0
        whole = made.data["totals"][name] or 0
        assert abs(sum(row[name] for row in made.data["rows"]) - whole) <= allowed
        assert abs(sum(line.values[name] for line in lines) - whole) <= allowed
        parts = [total.values[one.key] for one in table.columns if one.key.endswith(f".{name}")]
        assert not columns or abs(sum(parts) - whole) <= allowed


@pytest.mark.parametrize("name", ["clients", "median_amount"])
def test_what_does_not_add_up_is_asked_for_each_total(crm, base, name):
    by_month = make_report(crm, None, "matrix", [("rows", "month"), ("columns", "owner"), ("measures", name)])
    whole = make_report(crm, None, "matrix", [("rows", "state"), ("measures", name)])
    by_owner = make_report(crm, None, "matrix", [("rows", "owner"), ("measures", name)])
    total = by_month.tables[0].rows[-1].values
    assert total[name] == whole.data["totals"][name]
    titles = {one.key: str(one.group) for one in by_month.tables[0].columns if one.key.endswith(f".{name}")}
    single = {row.values[".row"]: row.values[name] for row in by_owner.tables[0].rows}
    assert {title: total[key] for key, title in titles.items()} == {title: single[title] for title in titles.values()}


def test_medians_are_those_of_plain_code(crm, base):
    from statistics import median

    from core.deals.models import Deal

    amounts = [one.amount_base for one in Deal.select().where(Deal.state == "won") if one.amount_base is not None]
    made = make_report(crm, None, "matrix", [("rows", "state"), ("measures", "median_amount")])
    assert made.data["totals"]["median_amount"] == pytest.approx(median(amounts), abs=CENT)


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=8))
def test_sums_of_money_fold_exactly(units):
    one = ReportMeasure("sum", "Sum", "sum", "amount_base", "money")
    tally = ((units[0],),)
    for number in units[1:]:
        tally = fold(tally, ((number,),))
    assert finish(one, tally[0]) == Decimal(sum(units)) / 10_000
