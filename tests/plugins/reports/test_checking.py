"""`hinka doctor` recounts the kept sums of closed deals, says which are wrong, and has them counted anew."""

import pytest

from core.instance.doctor import examine
from plugins.reports.funnel.summing import sum_marked
from tests.plugins.reports.test_closed_sums import assert_kept_is_true, assert_recount_agrees

MARKS = "SELECT DISTINCT span FROM reports_closed_stale ORDER BY span"
WRONG = {
    "a sum": "UPDATE reports_closed_sum SET lost = lost + 1 WHERE span = {span}",
    "no sums": "DELETE FROM reports_closed_sum WHERE span = {span}",
    "a client too many": "UPDATE reports_closed_clients SET clients = '1' || clients WHERE span = {span}",
    "no clients": "DELETE FROM reports_closed_clients WHERE span = {span}",
}


def run(crm, statement: str) -> None:
    with crm.work():
        crm.database.execute_sql(statement)


def found(crm) -> list[str]:
    """Returns what the reports find; the deals of the base are none that the process made."""
    return [words for words in examine(crm) if words.startswith("Plugin reports: ")]


def spans(crm, statement: str = MARKS) -> list[int]:
    return [span for (span,) in crm.database.execute_sql(statement).fetchall()]


@pytest.fixture
def middle(crm, base) -> int:
    """Returns a span in the middle of those whose deals are all summed."""
    sum_marked(crm)
    known = spans(crm, "SELECT DISTINCT span FROM reports_closed_sum ORDER BY span")
    return known[len(known) // 2]


def test_sums_that_hold_are_no_finding(crm, middle):
    assert (found(crm), spans(crm)) == ([], [])


@pytest.mark.parametrize("statement", WRONG.values(), ids=WRONG)
def test_wrong_sums_are_named_and_counted_anew(crm, middle, statement):
    run(crm, statement.format(span=middle))
    (words,) = found(crm)
    assert "the kept sums of the deals closed from 20" in words
    assert spans(crm) == [middle]
    assert_kept_is_true(crm)
    assert found(crm) == []
    sum_marked(crm)
    assert_recount_agrees(crm)


def test_spans_that_follow_each_other_are_told_as_one(crm, middle):
    run(crm, f"DELETE FROM reports_closed_sum WHERE span IN ({middle - 1}, {middle})")
    (words,) = found(crm)
    assert (words.count("from 20"), spans(crm)) == (1, [middle - 1, middle])


def test_sums_of_a_time_without_deals_are_wrong(crm, middle):
    empty = middle - 30
    run(crm, f"UPDATE reports_closed_sum SET span = {empty} WHERE span = {middle}")
    (words,) = found(crm)
    assert (words.count("from "), spans(crm)) == (2, [empty, middle])
