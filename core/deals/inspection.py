"""Looks through the base for deals whose row contradicts their history."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.deals import recount
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.runtime import CRM

CHUNK = 2_000


def find_wrong_deals(crm: CRM) -> list[tuple[str, str]]:
    """Returns (number of the deal, what is wrong) of every deal whose row and history disagree."""
    found = []
    for deals in _chunks():
        first, last = deals[0][0], deals[-1][0]
        visits = _by_deal(StageVisit, recount.KeptVisit, StageVisit.entered_at, first, last)
        endings = _by_deal(Closing, recount.Ending, Closing.closed_at, first, last)
        periods = _by_deal(DealPeriod, recount.Period, DealPeriod.from_at, first, last)
        for deal_id, number, version_id, deleted_at, opened_at, *row in deals:
            wrong = recount.faults(
                recount.Standing(*row), opened_at, visits[deal_id], endings[deal_id], periods[deal_id]
            )
            state = row[0] if deleted_at is None else None
            wrong += recount.way_faults(visits[deal_id], version_id, state)
            found += [(number, what) for what in wrong]
    return found


def _chunks() -> Iterator[list[tuple]]:
    """Yields the rows of all deals, deleted ones too, in order of id."""
    last = 0
    columns = (
        Deal.id, Deal.number, Deal.version_id, Deal.deleted_at, Deal.opened_at, Deal.state, Deal.stage, Deal.place,
        Deal.furthest, Deal.stood_at, Deal.entered_at, Deal.closed_at,
    )  # fmt: skip
    while True:
        rows = list(Deal.select(*columns).where(Deal.id > last).order_by(Deal.id).limit(CHUNK).tuples())
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _by_deal(model: Any, kind: Any, begun_at: Any, first: int, last: int) -> dict[int, list]:
    """Returns the rows of a table as `kind`, by deal, in order of time."""
    columns = [model._meta.columns[name] for name in kind._fields]
    query = model.select(model.deal, *columns).where(model.deal.between(first, last))
    found: dict[int, list] = defaultdict(list)
    for deal_id, *values in query.order_by(model.deal, begun_at, model.id).tuples().iterator():
        found[deal_id].append(kind(*values))
    return found
