"""The closed funnel over 1,000,000 deals with 5 visits each, against the best SQL written by hand on the same base."""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from core.api import bulk
from core.runtime import CRM
from plugins.reports.funnel.summing import sum_marked
from plugins.reports.registry import make_report
from tests.bench.bases import Bases
from tests.bench.drawn import drawn
from tests.bench.figures import Figure
from tests.bench.load import memory_mb
from tests.bench.million import DEALS, fill_history

MONTH, YEAR, YEAR_BEFORE = (
    {"from": first, "to": until}
    for first, until in (("2025-03-01", "2025-04-01"), ("2025-01-01", "2026-01-01"), ("2024-01-01", "2025-01-01"))
)
ROUNDS = 7
PAGES = {
    "closed funnel over all": "/reports/funnel-closed",
    "managers × stages over all": "/reports/funnel-closed?columns=owner",
}
MOST, MOST_KEPT_MB = 1.5, 8

# The best SQL by hand: what a funnel is drawn from, and how many clients there are, each along a covering index.
COUNTS = "count(*), count(potential_base), sum(potential_base), sum(amount_base)"
CLOSED = "closed_at IS NOT NULL AND deleted_at IS NULL"
OF_MONTH = "deal_type_id = {type} AND closed_at >= {first} AND closed_at < {until} AND deleted_at IS NULL"
# Behind a plus SQLite seeks no index by time, whose rows it would have to sort.
OF_YEAR = f"{CLOSED} AND +closed_at >= {{first}} AND +closed_at < {{until}}"
BY_MONTH = f"SELECT version_id, state, place, stood_at, {COUNTS} FROM core_deal WHERE {OF_MONTH} GROUP BY 1, 2, 3, 4"
CLIENTS_OF_MONTH = {
    "sqlite": f"SELECT count(*) FROM (SELECT 1 FROM core_deal WHERE {OF_MONTH} GROUP BY client_id) AS c",
    "postgres": f"SELECT count(DISTINCT client_id) FROM core_deal WHERE {OF_MONTH}",
}
BY_MANAGER = f"SELECT version_id, owner_id, place, state, stood_at, {COUNTS} FROM core_deal WHERE {{where}}"
BY_MANAGER += " GROUP BY 1, 2, 3, 4, 5"
CLIENTS = "SELECT count(*) FROM (SELECT 1 FROM core_deal WHERE {where} GROUP BY client_id) AS c"
OVER_ALL = [BY_MANAGER.format(where=CLOSED), CLIENTS.format(where=CLOSED)]


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns the times of closed funnels and of the matrix, and their ratios to the SQL by hand."""
    with bases.filled(database, fill_history, deals) as crm:
        type_id, name = crm.database.execute_sql("SELECT id, name FROM core_deal_type ORDER BY id DESC").fetchone()
        month = {"type": type_id, **_ends(crm, MONTH)}
        years = [OF_YEAR.format(**_ends(crm, year)) for year in (YEAR, YEAR_BEFORE)]
        asked = {
            "closed funnel of a type and a month": (
                [("type", name), *MONTH.items()],
                [BY_MONTH.format(**month), CLIENTS_OF_MONTH[database].format(**month)],
            ),
            "managers × stages over all": ([("columns", "owner")], OVER_ALL),
            "closed funnel over all": ([], OVER_ALL),
            "closed funnel of a year beside the year before": (
                [*YEAR.items(), ("compare", "year")],
                [statement.format(where=where) for where in years for statement in (BY_MANAGER, CLIENTS)],
            ),
        }
        begun = time.process_time()
        sum_marked(crm)
        figures = [Figure("sums of all closed deals counted by the job, its work", time.process_time() - begun, "s")]
        for what, (pairs, by_hand) in asked.items():
            figures += compared(crm, what, partial(make_report, crm, None, "funnel-closed", pairs), by_hand)
        credited = [("type", name), *MONTH.items(), ("columns", "owner"), ("credit", "responsible")]
        took = timed(partial(make_report, crm, None, "funnel-closed", credited))
        return [
            *figures,
            Figure("closed funnel of a type and a month, credited to who was responsible", took, "ms"),
            Figure("memory that the process keeps of twenty more reports", _kept_mb(crm, asked), "MB", MOST_KEPT_MB),
            *drawn(crm, PAGES),
        ]


def _kept_mb(crm: CRM, asked: Mapping[str, tuple]) -> float:
    before = memory_mb(os.getpid())
    for _round in range(5):
        for pairs, _by_hand in asked.values():
            make_report(crm, None, "funnel-closed", pairs)
    return max(memory_mb(os.getpid()) - before, 0)


def _ends(crm: CRM, period: dict[str, str]) -> dict[str, int]:
    """Returns the ends of a period as the database keeps moments."""
    first, until = (bulk.to_microseconds(crm.day_start(date.fromisoformat(day))) for day in period.values())
    return {"first": first, "until": until}


def compared(crm: CRM, name: str, ours: Callable[[], object], by_hand: list[str], rounds: int = ROUNDS) -> list[Figure]:
    """Returns our time, that of the SQL by hand, and their ratio; the two take turns, so that noise hits both."""

    def hand() -> None:
        for statement in by_hand:
            crm.database.execute_sql(statement).fetchall()

    times: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        for kept, work in zip(times, (ours, hand), strict=True):
            begun = time.perf_counter()
            work()
            kept.append(time.perf_counter() - begun)
    mine, theirs = (statistics.median(kept) * 1000 for kept in times)
    return [
        Figure(name, mine, "ms"),
        Figure(f"{name}: SQL by hand", theirs, "ms"),
        Figure(f"{name}: ratio", mine / theirs, "×", bound=MOST),
    ]


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    """Returns the middle of some times, in milliseconds."""
    times = []
    for _round in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000
