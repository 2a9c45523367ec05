"""Recounts the kept sums of closed deals for `hinka doctor`, and marks the spans of time whose sums are wrong.

Triggers mark what changes, so a difference means that somebody wrote past them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from core.api import CRM
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.funnel.spans import SPAN_BITS, ends_of
from plugins.reports.funnel.summing import CLIENT_COLUMNS, SUM_COLUMNS, be_alone, recount
from plugins.reports.funnel.types import load_ladders

SPANS = f"""
    SELECT DISTINCT closed_at >> {SPAN_BITS} AS span FROM core_deal WHERE closed_at IS NOT NULL
    UNION SELECT span FROM reports_closed_sum UNION SELECT span FROM reports_closed_clients ORDER BY 1
"""
IS_MARKED = "SELECT 1 FROM reports_closed_stale WHERE span = {span} LIMIT 1"
MARK = "INSERT INTO reports_closed_stale (span, marked_by) VALUES ({span}, 0)"


def inspect_sums(crm: CRM) -> Iterator[str]:
    """Yields a sentence if kept sums were wrong, which names the days; an empty text after each span of time."""
    ladders = load_ladders(crm)[0]
    wrong = []
    for (span,) in crm.database.execute_sql(SPANS).fetchall():
        if not _holds(crm, ladders, span):
            wrong.append(span)
        yield ""
    if wrong:
        yield (
            f"the kept sums of the deals closed {_days(wrong)} were wrong. They are marked: reports count these deals"
            " themselves until the worker has summed them anew, within ten minutes."
        )


def _holds(crm: CRM, ladders: Mapping[int, Ladder], span: int) -> bool:
    """Tells whether what is kept of a span is what is found, or nobody reads it; marks it otherwise."""
    with crm.work():
        be_alone(crm)
        kept = [
            sorted(map(tuple, crm.database.execute_sql(statement).fetchall()), key=str)
            for statement in (_kept("reports_closed_sum", SUM_COLUMNS, span),
                              _kept("reports_closed_clients", CLIENT_COLUMNS, span))
        ]  # fmt: skip
        found = [sorted(rows, key=str) for rows in recount(crm, ladders, span)]
        # Asked last: whoever changed a deal before it was counted here has left a mark by now.
        if kept == found or crm.database.execute_sql(IS_MARKED.format(span=span)).fetchone():
            return True
        crm.database.execute_sql(MARK.format(span=span))
    return False


def _kept(table: str, columns: Iterable[str], span: int) -> str:
    return f"SELECT {', '.join(columns)} FROM {table} WHERE span = {span}"  # noqa: S608 - names of ours, a number


def _days(spans: list[int]) -> str:
    """Returns the days of spans in words, those that follow each other as one stretch."""
    stretches: list[tuple[int, int]] = []
    for span in spans:
        first = stretches.pop()[0] if stretches and stretches[-1][1] == span - 1 else span
        stretches.append((first, span))
    return ", ".join(f"from {_day(ends_of(first).first)} to {_day(ends_of(last).until)}" for first, last in stretches)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment / 1_000_000, UTC).date()
