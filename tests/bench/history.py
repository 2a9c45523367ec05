"""The past over 1,000,000 deals and 5,000,000 visits: the funnel of a past day against SQL by hand, and the bridge."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from core.api import to_microseconds
from core.runtime import CRM
from plugins.reports.registry import make_report
from tests.bench.bases import Bases, fresh, settle
from tests.bench.figures import Figure
from tests.bench.funnel import DAYS, DEALS, START, compared, fill

END = START + timedelta(days=DAYS)
DAY = 86_400_000_000
AGO = {"30 days ago": 30, "two years ago": 730}
LONGEST = 120  # days a deal is open at most
# Five stays a deal, each a fifth of the time for which it was open; an open deal stands at the last.
STAYS = " UNION ALL ".join(f"SELECT {number} AS number" for number in range(5))
SPAN = "(COALESCE(d.closed_at, {end}) - d.opened_at)"
TIMES = f"d.opened_at + {SPAN} / 5 * n.number, CASE WHEN n.number < 4 THEN d.opened_at + {SPAN} / 5 * (n.number + 1)"
TIMES += " ELSE d.closed_at END"
VISITS = f"""
    INSERT INTO core_stage_visit (deal_id, stage_id, place, entered_at, left_at, outcome, responsible_id,
        potential_base)
    SELECT d.id, d.stage_id, n.number, {TIMES}, 'passed', d.owner_id, d.potential_base
    FROM core_deal d CROSS JOIN ({STAYS}) n
"""
PERIODS = f"""
    INSERT INTO core_deal_period (deal_id, from_at, to_at, stage_id, place, owner_id, potential_base, is_on_hold)
    SELECT d.id, {TIMES}, d.stage_id, d.place, d.owner_id, d.potential_base, {{no}}
    FROM core_deal d CROSS JOIN ({STAYS}) n
"""
CLOSINGS = """
    INSERT INTO core_closing (deal_id, state, closed_at, stage_id, place, owner_id, currency, potential_base,
        amount_base)
    SELECT id, state, closed_at, stage_id, place, owner_id, currency, potential_base, amount_base
    FROM core_deal WHERE state <> 'open'
"""
OPENED = "UPDATE core_deal SET opened_at = COALESCE(closed_at, {end}) - (1 + id - id / {days} * {days}) * 86400000000"

# The best SQL by hand: the deals that stood then, from the index of periods, each with its deal's own row; what each
# cell counts, distinct clients too, in one walk, and the distinct clients of all.
STOOD = """
    SELECT deal_id, place, is_on_hold, potential_base FROM core_deal_period WHERE to_at IS NULL AND from_at <= {at}
    UNION ALL
    SELECT deal_id, place, is_on_hold, potential_base FROM core_deal_period WHERE to_at > {at} AND from_at <= {at}
"""
CELLS = f"""
    SELECT version_id, place, is_on_hold, sum(deals), sum(priced), sum(potential), count(*) FROM (
        SELECT d.version_id, p.place, p.is_on_hold, d.client_id, count(*) AS deals, count(p.potential_base) AS priced,
            sum(p.potential_base) AS potential
        FROM ({STOOD}) p JOIN core_deal d ON d.id = p.deal_id WHERE d.deleted_at IS NULL GROUP BY 1, 2, 3, 4) AS c
    GROUP BY 1, 2, 3
"""
EVERYBODY = f"""
    SELECT count(*) FROM (SELECT 1 FROM ({STOOD}) p JOIN core_deal d ON d.id = p.deal_id
    WHERE d.deleted_at IS NULL GROUP BY d.client_id) AS c
"""


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns the times of the funnels of two past days beside the SQL by hand, and of the bridge of a week."""
    with fresh(bases.new_folder(), database) as crm:
        fill_history(crm, deals)
        end = to_microseconds(END)
        figures = []
        for name, days in AGO.items():
            moment = END - timedelta(days=days)
            by_hand = [one.format(at=end - days * DAY) for one in (CELLS, EVERYBODY)]
            report = partial(make_report, crm, None, "funnel-open", [("as_of", moment.isoformat())])
            figures += compared(crm, f"open funnel of {name}", report, by_hand)
        week = [("from", f"{END - timedelta(days=7):%Y-%m-%d}"), ("to", f"{END:%Y-%m-%d}")]
        for report in ("bridge", "flow", "conversion", "cohorts"):
            figures.append(Figure(f"{report} of a week", timed(partial(make_report, crm, None, report, week)), "ms"))
        return figures


def fill_history(crm: CRM, deals: int) -> None:
    """Fills an empty instance with deals, five visits and periods for each, and their closings."""
    end = to_microseconds(END)
    fill(crm, deals, visits="SELECT 1")
    with crm.work():
        for statement in (OPENED, VISITS, PERIODS, CLOSINGS):
            crm.database.execute_sql(statement.format(end=end, days=LONGEST, no="false"))
    settle(crm)


def timed(work: Callable[[], object]) -> float:
    """Returns the middle of three times, in milliseconds."""
    times = []
    for _round in range(3):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000
