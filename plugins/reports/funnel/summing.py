"""Counts the closed deals of marked spans of time anew: the job that makes long periods quick again.

What it finds no time for stays marked, and is walked through by whoever asks.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.api import CRM, Deal, bulk
from plugins.reports.dimensions import find_dimension
from plugins.reports.facts import Scope
from plugins.reports.funnel.closed_facts import closed_groups, in_period
from plugins.reports.funnel.counts import FINAL, Sum, count_groups
from plugins.reports.funnel.id_sets import IdSet
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.funnel.spans import ends_of
from plugins.reports.funnel.types import load_ladders
from plugins.reports.settings.periods import Period

KIND = "reports.sum_closed"
EVERY = timedelta(minutes=10)
MARKED = "SELECT span FROM reports_closed_stale GROUP BY span ORDER BY span DESC"
TABLES = ("reports_closed_sum", "reports_closed_clients")
SUM_COLUMNS = ("span", "version_id", "place", "owner_id", *Sum._fields[3:])
CLIENT_COLUMNS = ("span", "version_id", "block", "clients")


def sum_marked(crm: CRM, _args: Mapping[str, Any] | None = None, _progress: Any = None) -> None:
    """Counts all marked spans anew, each in a transaction of its own; the job that runs every ten minutes."""
    spans = [span for (span,) in crm.database.execute_sql(MARKED).fetchall()]
    ladders = load_ladders(crm)[0]
    for span in spans:
        with crm.work():
            _sum(crm, ladders, span)


def recount(crm: CRM, ladders: Mapping[int, Ladder], span: int) -> tuple[list[tuple], list[tuple]]:
    """Returns the rows that are to be kept of a span: its sums, and the sets of its clients."""
    ends = ends_of(span)
    types = tuple(sorted({ladder.type_id for ladder in ladders.values()}))
    whole = Scope(crm, None, types, tuple(ladders), is_of_all_types=True)
    groups = closed_groups(whole, [ends], find_dimension(crm, None, "owner", Period()), FINAL)
    counts = count_groups(ladders, groups)
    sums = [
        (span, *one) for (version_id, owner_id), count in counts.items() for one in count.sums(version_id, owner_id)
    ]
    clients: dict[int, list[int]] = {}
    pairs = Deal.select(Deal.version_id, Deal.client_id).distinct().where(*in_period(whole, ends))
    for version_id, client_id in whole.rows(pairs):
        clients.setdefault(version_id, []).append(client_id)
    sets = [(span, version_id, *block) for version_id, ids in clients.items() for block in IdSet(ids).blocks()]
    return sums, sets


def be_alone(crm: CRM) -> None:
    """Waits until nobody else sums spans, for the transaction under way: two would keep the same span twice."""
    if bulk.is_postgres(crm.database):
        crm.database.execute_sql("LOCK TABLE reports_closed_sum IN SHARE ROW EXCLUSIVE MODE")


def _sum(crm: CRM, ladders: Mapping[int, Ladder], span: int) -> None:
    be_alone(crm)
    # The marks go first: whoever changes a deal after what is read next leaves a mark that stays.
    for table in ("reports_closed_stale", *TABLES):
        crm.database.execute_sql(f"DELETE FROM {table} WHERE span = {span}")  # noqa: S608 - a number
    sums, clients = recount(crm, ladders, span)
    bulk.insert_rows(crm.database, "reports_closed_sum", SUM_COLUMNS, sums)
    bulk.insert_rows(crm.database, "reports_closed_clients", CLIENT_COLUMNS, clients)
