"""What the database knows of the observance of standards: contacts with clients, first handling, interests a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from peewee import SQL, Case, Table, Value, fn

from core.api import CRM, Client, Deal, Interaction, StageVisit, User, bulk, visible_to
from plugins.reports.facts import Scope
from plugins.reports.models import Standard
from plugins.reports.people.talks import within
from plugins.reports.settings.periods import Period

DAY = 86_400_000_000
HOUR = 3_600_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IN_TIME, LATE, NEVER = "in_time", "late", "never"
# Notes and plans are no contact.
IS_TALK = (~Interaction.is_planned, Interaction.kind != "note")
MEMBERS = Table("core_client_category", ("client_id", "category_id")).alias("m")


@dataclass(frozen=True)
class Handled:
    """A deal that was opened, and how long it took until somebody did something about it; None: nobody yet."""

    id: int
    owner_id: int | None
    waited: int | None
    age: int

    def state(self, within: int) -> str:
        """Tells whether it was handled within so many microseconds, late, or never yet."""
        if self.waited is None:
            return NEVER
        return IN_TIME if self.waited <= within else LATE


def category_counts(crm: CRM, user: User | None) -> list[tuple[int, int, int, int]]:
    """Returns (category, clients in time, late, never contacted) of the categories that have a standard."""
    query = Client.select().join(MEMBERS, on=MEMBERS.client_id == Client.id)
    query = query.join_from(Client, Standard, on=Standard.category_id == MEMBERS.category_id)
    return _counted(crm, user, query, Standard.category_id, Standard.days)


def manager_counts(crm: CRM, user: User | None) -> list[tuple[int | None, int, int, int]]:
    """Returns (owner, clients in time, late, never contacted), each client once, by its strictest standard."""
    strictest = _strictest(None)
    query = Client.select().join(strictest, on=strictest.c.client_id == Client.id)
    return _counted(crm, user, query, Client.owner_id, strictest.c.days)


def clients_of(crm: CRM, user: User | None, category_id: int | None, state: str) -> Any:
    """Returns the query of the ids of the clients that these counts count: of a category, or by their strictest."""
    strictest = _strictest(category_id)
    query = Client.select(Client.id).join(strictest, on=strictest.c.client_id == Client.id)
    query = query.where(*_seen(user))
    return query.where(_state(crm, strictest.c.days) == state) if state else query


def _counted(crm: CRM, user: User | None, query: Any, key: Any, days: Any) -> list[tuple]:
    state = _state(crm, days)
    columns = [fn.SUM(Case(None, [(state == name, 1)], 0)) for name in (IN_TIME, LATE, NEVER)]
    rows = crm.database.execute(query.select(key, *columns).where(*_seen(user)).group_by(key)).fetchall()
    return [(value, *map(int, counts)) for value, *counts in rows]


def _strictest(category_id: int | None) -> Any:
    """Returns the clients that a standard speaks of with the least of its days, or those of one category."""
    query = MEMBERS.select(MEMBERS.client_id, fn.MIN(Standard.days).alias("days"))
    query = query.join(Standard, on=Standard.category_id == MEMBERS.category_id).group_by(MEMBERS.client_id)
    if category_id is not None:
        query = query.where(Standard.category_id == category_id)
    return query.alias("strictest")


def _seen(user: User | None) -> list[Any]:
    found = [Client.deleted_at.is_null(), Client.merged_into_id.is_null()]
    return found if user is None else [*found, visible_to(user, Client.owner)]


def _state(crm: CRM, days: Any) -> Any:
    """Returns the expression that tells when the client heard from us last; notes and plans are no contact."""
    last = Interaction.select(fn.MAX(Interaction.at)).where(Interaction.client == Client.id, *IS_TALK)
    limit = Value(bulk.to_microseconds(crm.day_start(crm.today()))) - days * Value(DAY)
    heard = fn.COALESCE(last, 0)
    return Case(None, [(heard == Value(0), NEVER), (heard >= limit, IN_TIME)], LATE)


def handled_deals(scope: Scope, period: Period) -> list[Handled]:
    """Returns the deals opened within the period, each with the time until the first talk, move or end after it.

    A note is no talk: whoever writes something down has not yet done anything for the client.
    """
    where = [*_of(scope), *within(scope.crm, Deal.opened_at, period)]
    held = Interaction.select(Interaction.deal_id, fn.MIN(Interaction.at)).join(Deal)
    held = held.where(*where, *IS_TALK, Interaction.at >= Deal.opened_at)
    moved = StageVisit.select(StageVisit.deal_id, fn.MIN(StageVisit.left_at)).join(Deal).where(*where)
    first: dict[int, int] = {}
    for query, key in ((held, Interaction.deal_id), (moved, StageVisit.deal_id)):
        for deal_id, moment in scope.rows(query.group_by(key)):
            if moment is not None:
                first[deal_id] = min(moment, first.get(deal_id, moment))
    now, found = bulk.to_microseconds(scope.crm.clock.now()), []
    for deal_id, owner_id, opened, closed in scope.rows(
        Deal.select(Deal.id, Deal.owner_id, Deal.opened_at, Deal.closed_at).where(*where)
    ):
        ends = [moment for moment in (first.get(deal_id), closed) if moment is not None]
        waited = max(min(ends) - opened, 0) if ends else None
        found.append(Handled(deal_id, owner_id, waited, now - opened))
    return found


def interests_by_day(scope: Scope, first: date, until: date) -> Mapping[date, int]:
    """Returns how many deals were opened on each of the days."""
    hour = (Deal.opened_at / SQL(str(HOUR))).alias("hour")
    query = Deal.select(hour, fn.COUNT(SQL("*"))).where(
        *_of(scope), *within(scope.crm, Deal.opened_at, Period(first, until))
    )
    found: dict[date, int] = {}
    for number, count in scope.rows(query.group_by(SQL("hour"))):
        day = (EPOCH + timedelta(hours=int(number))).astimezone(scope.crm.config.zone).date()
        found[day] = found.get(day, 0) + count
    return found


def _of(scope: Scope) -> list[Any]:
    return [Deal.deleted_at.is_null(), Deal.deal_type << scope.type_ids, *scope.where(Deal)]
