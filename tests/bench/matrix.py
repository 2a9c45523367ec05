"""A report of one's own over 1,000,000 deals, against the best SQL written by hand on the same base."""

from functools import partial

from plugins.reports.registry import make_report
from tests.bench.bases import Bases
from tests.bench.figures import Figure
from tests.bench.funnel import compared
from tests.bench.million import DEALS, fill_history

CLOSED = "deleted_at IS NULL AND state IN ('won', 'lost')"
SUMS = "count(*), sum(CASE WHEN state = 'won' THEN 1 ELSE 0 END), sum(CASE WHEN state = 'won' THEN amount_base END)"
BY_OWNER_AND_SOURCE = f"SELECT owner_id, source_id, {SUMS} FROM core_deal WHERE {CLOSED} GROUP BY 1, 2"
BY_TEAM = f"""
    SELECT u.team_id, {SUMS} FROM core_deal d JOIN core_user u ON u.id = d.owner_id WHERE {CLOSED} GROUP BY 1
"""
MONTH = {
    "sqlite": "strftime('%Y-%m-01', closed_at / 1000000 + 3600, 'unixepoch')",
    "postgres": "date_trunc('month', to_timestamp(closed_at / 1000000) AT TIME ZONE 'Europe/Tirane')",
}
MEASURES = [("facts", "deals-closed"), ("measures", "deals,won,won_amount")]


def run(bases: Bases, database: str, deals: int = DEALS) -> list[Figure]:
    """Returns the times of three tables over all closed deals, and their ratios to the SQL by hand."""
    with bases.filled(database, fill_history, deals) as crm:
        by_month = f"SELECT {MONTH[database]}, {SUMS} FROM core_deal WHERE {CLOSED} GROUP BY 1"
        asked = {
            "matrix, managers × sources": ([("rows", "owner"), ("columns", "source")], BY_OWNER_AND_SOURCE),
            "matrix, teams": ([("rows", "team")], BY_TEAM),
            "matrix, months": ([("rows", "month")], by_month),
        }
        figures = []
        for name, (axes, statement) in asked.items():
            pairs = [*MEASURES, *axes]
            figures += compared(crm, name, partial(make_report, crm, None, "matrix", pairs), [statement])
        return figures
