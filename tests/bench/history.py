"""The past over 1,000,000 deals and 5,000,000 visits: the funnel of a past day against SQL by hand, and the bridge."""

from datetime import date, timedelta
from functools import partial

from core.api import bulk
from plugins.reports.registry import make_report
from tests.bench.bases import Bases
from tests.bench.figures import Figure
from tests.bench.funnel import YEAR, compared, timed
from tests.bench.million import DEALS, END, fill_history

DAY = 86_400_000_000
AGO = {"30 days ago": 30, "two years ago": 730}
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
# Each visit that led on within the time, along the index in the order of its groups; those that skipped a stage with
# their deal's own row, for where it stood; those that are not the last of their deal at a stage, which only a deal that
# had been further can have; and what was lost. Behind a plus SQLite seeks no index by time, whose rows it would sort.
WENT_ON = "outcome IN ('passed', 'won') AND left_at >= {first} AND left_at < {until}"
LEAPT = "(v.outcome = 'won' OR COALESCE(v.onto_place, 0) > v.place + 1)"
STEPS = f"""
    SELECT version_id, place, outcome, onto_place, deal_state, count(*), count(potential_base), sum(potential_base)
    FROM core_stage_visit v WHERE {WENT_ON.replace("left_at", "+left_at")} AND NOT {LEAPT} AND deal_state IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
"""
LEAPS = f"""
    SELECT v.version_id, v.place, v.outcome, v.onto_place, v.deal_state, d.stood_at, count(*), count(v.potential_base),
        sum(v.potential_base) FROM core_stage_visit v JOIN core_deal d ON d.id = v.deal_id
    WHERE {WENT_ON.replace("left_at", "v.left_at")} AND {LEAPT} AND v.deal_state IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
"""
AGAIN = f"""
    SELECT version_id, state, place, count(*), sum(potential_base) FROM (
        SELECT d.version_id, d.state, v.place, v.potential_base,
            row_number() OVER (PARTITION BY v.deal_id, v.place ORDER BY v.left_at DESC, v.id DESC) AS nth
        FROM core_stage_visit v JOIN core_deal d ON d.id = v.deal_id
        WHERE {WENT_ON.replace("left_at", "v.left_at")} AND d.deleted_at IS NULL
        AND v.deal_id IN (SELECT deal_id FROM core_stage_visit WHERE {WENT_ON} AND is_again)) AS e
    WHERE nth > 1 GROUP BY 1, 2, 3
"""
LOSSES = """
    SELECT d.version_id, c.stage_id, count(*) FROM core_closing c JOIN core_deal d ON d.id = c.deal_id
    WHERE c.state = 'lost' AND c.reopened_at IS NULL AND c.closed_at >= {first} AND c.closed_at < {until}
    AND d.deleted_at IS NULL GROUP BY 1, 2
"""


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns the times of the funnels of two past days beside the SQL by hand, and of the bridge of a week."""
    with bases.filled(database, fill_history, deals) as crm:
        end = bulk.to_microseconds(END)
        figures = []
        for name, days in AGO.items():
            moment = END - timedelta(days=days)
            by_hand = [one.format(at=end - days * DAY) for one in (CELLS, EVERYBODY)]
            report = partial(make_report, crm, None, "funnel-open", [("as_of", moment.isoformat())])
            figures += compared(crm, f"open funnel of {name}", report, by_hand)
        week = [("from", f"{END - timedelta(days=7):%Y-%m-%d}"), ("to", f"{END:%Y-%m-%d}")]
        for report in ("bridge", "flow", "conversion", "cohorts"):
            figures.append(Figure(f"{report} of a week", timed(partial(make_report, crm, None, report, week)), "ms"))
        ends = {
            name: bulk.to_microseconds(crm.day_start(date.fromisoformat(day)))
            for name, day in zip(("first", "until"), YEAR.values(), strict=True)
        }
        by_hand = [one.format(**ends) for one in (STEPS, LEAPS, AGAIN, LOSSES)]
        report = partial(make_report, crm, None, "flow", YEAR.items())
        figures += compared(crm, "flow of a year", report, by_hand, rounds=3)
        for name in ("conversion", "bridge", "cohorts"):
            took = timed(partial(make_report, crm, None, name, YEAR.items()), rounds=1)
            figures.append(Figure(f"{name} of a year", took, "ms"))
        return figures
