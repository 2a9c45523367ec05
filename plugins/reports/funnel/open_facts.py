"""What the database knows of the deals that are, or at some moment were, open."""

from datetime import datetime
from typing import Any

from peewee import SQL, fn

from core.api import Deal, DealPeriod, to_microseconds
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, grouped, keyed, total
from plugins.reports.funnel.open import Group


class AsThen:
    """A deal as it was at a past moment: stage, owner, potential and hold from its history, all else as it is."""

    owner = owner_id = DealPeriod.owner_id
    stage = stage_id = DealPeriod.stage_id
    place = DealPeriod.place
    potential_base = DealPeriod.potential_base

    def __getattr__(self, name: str) -> Any:
        return getattr(Deal, name)


def open_groups(scope: Scope, at: datetime | None, dimension: Dimension | None) -> list[Group]:
    """Returns the deals open at a moment (None: now), grouped by version, place, whether on hold, and key."""
    source = _source(at)
    columns = [Deal.version_id, source.place, _hold(at)]
    sums = (fn.COUNT(SQL("*")), fn.COUNT(source.potential_base), total(source.potential_base))
    rows = scope.rows(grouped(_open(scope, at), columns, sums, dimension, source))
    return [
        Group(version, place, bool(held), *rest) for version, place, held, *rest in keyed(rows, len(columns), dimension)
    ]


def open_clients(scope: Scope, at: datetime | None, dimension: Dimension | None) -> list[tuple]:
    """Returns (version, place, client, key) of the deals open at a moment, each once; those on hold are left out."""
    source = _source(at)
    columns = [Deal.version_id, source.place, Deal.client_id]
    query = grouped(_open(scope, at).where(~_hold(at)), columns, (), dimension, source)
    return keyed(scope.rows(query), len(columns), dimension)


def count_without_rate(scope: Scope, at: datetime | None) -> int:
    """Returns how many open deals, apart from those on hold, have a potential but no rate; of the past nobody knows."""
    if at is not None:
        return 0
    query = _open(scope, at).where(~_hold(at), Deal.potential.is_null(False), Deal.potential_base.is_null())
    return scope.rows(query.select(fn.COUNT(SQL("*"))))[0][0]


def standing(scope: Scope, at: datetime | None) -> list[Any]:
    """Returns the conditions that keep the deals of the scope that were open at a moment (None: now)."""
    where = [Deal.deleted_at.is_null(), Deal.version_id << scope.version_ids, *scope.where(_source(at))]
    if at is None:
        return [Deal.state == "open", *where]
    moment = to_microseconds(at)
    return [DealPeriod.from_at <= moment, DealPeriod.to_at.is_null() | (DealPeriod.to_at > moment), *where]


def _open(scope: Scope, at: datetime | None) -> Any:
    query = Deal.select(Deal.id)
    if at is not None:
        query = query.join(DealPeriod, on=(DealPeriod.deal == Deal.id))
    return query.where(*standing(scope, at))


def _source(at: datetime | None) -> Any:
    return Deal if at is None else AsThen()


def _hold(at: datetime | None) -> Any:
    return Deal.on_hold_until.is_null(False) if at is None else DealPeriod.is_on_hold
