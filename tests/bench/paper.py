"""Reports as PDF, from the question to the finished file: the funnel, 50 managers, the week, and a long table."""

import time
from collections.abc import Sequence

from core.runtime import CRM
from plugins.reports.output.forms import write
from plugins.reports.registry import make_report
from tests.bench.bases import Bases, opened
from tests.bench.figures import Figure, percentile
from tests.bench.map import memory_mb

MOST_S = 3
ROUNDS = 5
CLIENTS, DEALS, SELLERS = 2_000, 5_000, 50
LONG = "a table of 1,400 rows, 35 pages"
PAPERS: dict[str, tuple[str, Sequence[tuple[str, str]]]] = {
    "funnel of closed deals": ("funnel-closed", ()),
    "funnel by 50 managers": ("funnel-closed", (("columns", "owner"),)),
    "managers": ("managers", ()),
    "the week": ("week", ()),
    # Told by the way: the printer takes half a millisecond a cell, and nobody hands 35 pages to a director.
    LONG: ("matrix", (("rows", "client"), ("measures", "deals,won_amount,win_rate"))),
}


def run(bases: Bases, database: str) -> list[Figure]:
    """Returns how long each takes at most, and what they leave behind in the process that asked for them."""
    base = bases.base(database, CLIENTS, DEALS, sellers=SELLERS)
    with opened(base.folder) as crm:
        # The first of all loads what the others find loaded.
        _seconds(crm, "funnel-closed", ())
        before = memory_mb("VmRSS")
        figures = [
            Figure(
                name,
                percentile([_seconds(crm, *asked) for _round in range(ROUNDS)], 0.95),
                "s",
                None if name == LONG else MOST_S,
            )
            for name, asked in PAPERS.items()
        ]
        return [*figures, Figure("memory more than before", memory_mb("VmRSS") - before, "MB")]


def _seconds(crm: CRM, name: str, pairs: Sequence[tuple[str, str]]) -> float:
    begun = time.perf_counter()
    write(make_report(crm, None, name, pairs), "pdf")
    return time.perf_counter() - begun
