"""Parameters: what is wrong is refused with a sentence; periods are half-open and know what lies before them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api import InvalidInput, NotFound
from plugins.reports.settings.periods import Period, add_months, preset, steps

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"colour": "red"}, "no parameter “colour”"),
        ({"type": "Zork"}, "no deal type “Zork”; known are Errand"),
        ({"from_": "2026-02-30"}, "not a day"),
        ({"from_": "0001-01-01"}, "not a day"),
        ({"through": "9999-12-31"}, "not a day"),
        ({"from_": "2026-05-01", "to": "2026-04-01"}, "ends .* before it begins"),
        ({"from_": "2026-05-01", "to": "2026-05-01"}, "ends .* before it begins"),
        ({"from_": "2026-05-01", "through": "2026-04-30"}, "The last day .* is before the first"),
        ({"owner": "Nobody"}, "Nothing is called “Nobody”"),
        ({"by": "zork"}, "Nothing can be grouped by “zork”"),
        ({"counting": "twice"}, "use one of final, furthest, visited"),
        ({"joined": "maybe"}, "neither yes nor no"),
        ({"compare": "previous"}, "set both ends"),
        ({"compare_from": "2026-01-01"}, "needs both"),
        ({"period": "this_month", "from_": "2026-01-01"}, "either a named period"),
        ({"period": "someday"}, "no period"),
        ({"indicators": "luck"}, "no indicator “luck”"),
        ({"f": "{"}, "filter can't be read"),
        ({"f": '{"field": "owner"}'}, "filter can't be read"),
        ({"f": '{"field": "owner", "op": 5, "value": 1}'}, "filter can't be read"),
        ({"f": '{"field": "zork", "op": "equal", "value": 1}'}, "zork"),
        ({"potential:greater": "much"}, "no number"),
    ],
)
def test_wrong_parameter_is_refused_with_a_sentence(base, report, params, words):
    with pytest.raises(InvalidInput, match=words):
        report("funnel-closed", **params)


WRONG_MOMENTS = [
    {"as_of": "yesterdayish"},
    {"counting": "final"},
    {"as_of": "2026-01-01Tx"},
    {"as_of": "9999-12-31"},
    {"as_of": "9999-12-31T23:59"},
    {"as_of": "0001-01-01T00:00"},
]


@pytest.mark.parametrize("params", WRONG_MOMENTS)
def test_wrong_parameter_of_the_open_funnel_is_refused(base, report, params):
    with pytest.raises(InvalidInput):
        report("funnel-open", **params)


def test_report_without_parameters_says_that_it_knows_none(crm, report):
    with pytest.raises(InvalidInput, match="known are —"):
        report("forecast-check", zork="1")


def test_unknown_report_is_refused_with_the_known_ones(crm, report):
    with pytest.raises(NotFound, match="funnel-closed, funnel-open"):
        report("funnel")


def test_too_many_columns_are_refused(base, report):
    with pytest.raises(InvalidInput, match="parts"):
        report("funnel-closed", by="month", from_="1900-01-01", to="2026-01-01")


@pytest.mark.parametrize("name", ["funnel-closed", "funnel-open"])
@pytest.mark.parametrize("params", [{}, {"by": "month"}, {"columns": "owner", "indicators": "clients"}])
def test_empty_base_answers_with_nothing(crm, report, name, params):
    document = report(name, **params)
    assert document.is_empty
    assert document.data["rows"] == []


def test_type_asked_for_by_name_has_its_rows_without_deals(crm, make, report):
    make.deal_type("Quiet", stages=("Ask", "Answer"))
    data = report("funnel-closed", type="quiet").data
    assert [(row["stage"], row["reached"], row["conversion"]) for row in data["rows"]] == [
        ("Ask", 0, None),
        ("Answer", 0, None),
    ]


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("this_month", Period(date(2026, 11, 1), date(2026, 12, 1))),
        ("last_quarter", Period(date(2026, 7, 1), date(2026, 10, 1))),
        ("last_12_months", Period(date(2025, 12, 1), date(2026, 12, 1))),
        ("all", Period()),
    ],
)
def test_named_periods(name, period):
    assert preset(name, TODAY) == period


def test_period_before_has_as_many_months_or_days():
    assert Period(date(2026, 4, 1), date(2026, 7, 1)).before() == Period(date(2026, 1, 1), date(2026, 4, 1))
    assert Period(date(2026, 3, 10), date(2026, 3, 20)).before() == Period(date(2026, 2, 28), date(2026, 3, 10))
    assert Period(date(2024, 2, 29), date(2024, 3, 1)).year_before().first == date(2023, 2, 28)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(1, 900), st.sampled_from([1, 3, 12]))
def test_steps_cover_a_period_without_gap_or_overlap(first, days, months):
    period = Period(first, date.fromordinal(first.toordinal() + days))
    parts = steps(period, months)
    assert parts[0].first == period.first
    assert parts[-1].until == period.until
    assert all(part.until == following.first for part, following in zip(parts, parts[1:], strict=False))


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-200, 200))
def test_months_are_added_within_the_month(day, months):
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day <= day.day


@pytest.mark.parametrize("name", ["funnel-closed", "flow", "conversion", "margin"])
@pytest.mark.parametrize("ends", [{"to": "2000-01-01"}, {"from_": "2031-01-01"}])
def test_a_period_in_which_nothing_happened_has_no_quarters(base, report, name, ends):
    assert report(name, by="quarter", **ends).is_empty
