"""What the database knows of the past and the present that a plan is learned from; each a single question."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from peewee import SQL, Case, fn

from core.api import Deal, Interaction, StageVisit
from plugins.reports.facts import Scope

HOUR = 3_600_000_000
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A month has matured when at most this share of the deals opened in it is still open.
STILL_OPEN = 0.1
MOST_MONTHS = 24
# The newest matured months are learned from, as many as it takes to have so many deals.
ENOUGH = 20_000


@dataclass(frozen=True, slots=True)
class PastDeal:
    """A deal opened in a matured month; moments and money as the database keeps them."""

    id: int
    version_id: int
    owner_id: int | None
    state: str
    place: int | None
    furthest: int | None
    opened_at: int
    closed_at: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal that is open now and not on hold."""

    type_id: int
    stage_id: int | None
    entered_at: int | None
    opened_at: int
    potential: int | None


def matured_months(scope: Scope) -> list[date]:
    """Returns the first days of the months to learn from, the newest first: see STILL_OPEN, MOST_MONTHS and ENOUGH."""
    hour = (Deal.opened_at / SQL(str(HOUR))).alias("hour")
    still_open = fn.SUM(Case(None, [(Deal.state == "open", 1)], 0))
    query = Deal.select(hour, fn.COUNT(SQL("*")), still_open).where(*_all(scope)).group_by(SQL("hour"))
    opened: dict[date, list[int]] = {}
    for number, count, unfinished in scope.rows(query):
        month = _month(scope, number * HOUR)
        both = opened.setdefault(month, [0, 0])
        both[0] += count
        both[1] += int(unfinished)
    found: list[date] = []
    deals = 0
    for month in sorted(opened, reverse=True):
        count, unfinished = opened[month]
        if unfinished > count * STILL_OPEN:
            continue
        if len(found) == MOST_MONTHS or deals >= ENOUGH:
            break
        found.append(month)
        deals += count
    return found


def past_deals(scope: Scope, months: Collection[date]) -> list[PastDeal]:
    """Returns the deals that were opened in these months."""
    query = Deal.select(
        Deal.id, Deal.version_id, Deal.owner_id, Deal.state, Deal.place, Deal.furthest, Deal.opened_at, Deal.closed_at,
        Deal.amount_base,
    ).where(*_opened_within(scope, months))  # fmt: skip
    rows = [PastDeal(*row) for row in scope.rows(query)]
    return [row for row in rows if _month(scope, row.opened_at) in months]


def first_visits(scope: Scope, months: Collection[date]) -> list[tuple[int, int, int]]:
    """Returns (deal, stage, moment) of when each of the deals first came to each of its stages."""
    query = StageVisit.select(StageVisit.deal_id, StageVisit.stage_id, fn.MIN(StageVisit.entered_at)).join(Deal)
    query = query.where(*_opened_within(scope, months)).group_by(StageVisit.deal_id, StageVisit.stage_id)
    return scope.rows(query)


def interactions_held(scope: Scope, months: Collection[date]) -> list[tuple[int, str, int]]:
    """Returns (deal, kind, count) of what passed with the clients of these deals, about the deals."""
    query = Interaction.select(Interaction.deal_id, Interaction.kind, fn.COUNT(SQL("*"))).join(Deal)
    query = query.where(*_opened_within(scope, months), ~Interaction.is_planned)
    return scope.rows(query.group_by(Interaction.deal_id, Interaction.kind))


def open_deals(scope: Scope) -> list[OpenDeal]:
    """Returns the deals that are open and not on hold."""
    query = Deal.select(Deal.deal_type_id, Deal.stage_id, Deal.entered_at, Deal.opened_at, Deal.potential_base)
    query = query.where(*_all(scope), Deal.state == "open", Deal.on_hold_until.is_null())
    return [OpenDeal(*row) for row in scope.rows(query)]


def has_won(scope: Scope) -> bool:
    """Tells whether any deal was ever won."""
    return Deal.select(Deal.id).where(*_all(scope), Deal.state == "won").exists()


def _all(scope: Scope) -> list[Any]:
    return [Deal.deleted_at.is_null(), Deal.deal_type << scope.type_ids, *scope.where(Deal)]


def _opened_within(scope: Scope, months: Collection[date]) -> list[Any]:
    first, last = min(months), max(months)
    until = (last + timedelta(days=31)).replace(day=1)
    since, end = scope.moment(first), scope.moment(until)
    return [*_all(scope), Deal.opened_at >= since, Deal.opened_at < end]


def _month(scope: Scope, moment: int) -> date:
    at = EPOCH + timedelta(microseconds=moment)
    return at.astimezone(scope.crm.config.zone).date().replace(day=1)
