"""What the database knows of the deals that are, or at some moment were, open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import SQL, fn

from core.api import Deal, DealPeriod, bulk
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, grouped, keyed, total
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.funnel.open import Group

STOOD = ("deal_id", "stage_id", "place", "owner_id", "potential_base", "is_on_hold", "version_id")


@dataclass(frozen=True)
class AsThen:
    """A deal as it was at a past moment: stage, owner, potential and hold from its history, all else as it is.

    `then` is the rows of its history, with the columns of periods.
    """

    then: Any

    @property
    def more(self) -> tuple[Any, ...]:
        """What is asked beside version and place: the stage tells where a deal stood on the ladder of that time."""
        return (self.then.stage_id,)

    def __getattr__(self, name: str) -> Any:
        if name.removesuffix("_id") in ("owner", "stage"):
            return getattr(self.then, f"{name.removesuffix('_id')}_id")
        return getattr(self.then if name in ("place", "potential_base", "is_on_hold") else Deal, name)

    @property
    def version(self) -> Any:
        """The version of the deal's type that held then."""
        return fn.COALESCE(self.then.version_id, Deal.version_id, coerce=False)


class AsNow:
    """A deal as it is, in the words of `AsThen`."""

    more = ()
    version = Deal.version_id
    is_on_hold = Deal.on_hold_until.is_null(False)

    def __getattr__(self, name: str) -> Any:
        return getattr(Deal, name)


def open_groups(
    scope: Scope, at: datetime | None, dimension: Dimension | None, ladders: Mapping[int, Ladder]
) -> list[Group]:
    """Returns the deals open at a moment (None: now), grouped by version, place, whether on hold, and key."""
    query, source = standing(scope, at)
    columns = [source.version, source.place, source.is_on_hold, *source.more]
    sums = (fn.COUNT(SQL("*")), fn.COUNT(source.potential_base), total(source.potential_base))
    rows = keyed(scope.rows(grouped(query, columns, sums, dimension, source)), len(columns), dimension)
    if at is None:
        return [Group(version, place, bool(held), *rest) for version, place, held, *rest in rows]
    return [
        Group(version, ladders[version].place_of(stage_id, place), bool(held), *rest)
        for version, place, held, stage_id, *rest in rows
    ]


def open_clients(
    scope: Scope, at: datetime | None, dimension: Dimension | None, ladders: Mapping[int, Ladder]
) -> list[tuple]:
    """Returns (version, place, client, key) of the deals open at a moment, each once; those on hold are left out."""
    query, source = standing(scope, at)
    columns = [source.version, source.place, Deal.client_id, *source.more]
    query = grouped(query.where(~source.is_on_hold), columns, (), dimension, source)
    rows = keyed(scope.rows(query), len(columns), dimension)
    if at is None:
        return rows
    return [
        (version, ladders[version].place_of(stage_id, place), client, key)
        for version, place, client, stage_id, key in rows
    ]


def count_without_rate(scope: Scope, at: datetime | None) -> int:
    """Returns how many open deals, apart from those on hold, have a potential but no rate; of the past nobody knows."""
    if at is not None:
        return 0
    query, source = standing(scope, at)
    query = query.where(~source.is_on_hold, Deal.potential.is_null(False), Deal.potential_base.is_null())
    return scope.rows(query.select(fn.COUNT(SQL("*"))))[0][0]


def standing(scope: Scope, at: datetime | None) -> tuple[Any, AsThen | AsNow]:
    """Returns the query of the deals of the scope that were open at a moment (None: now), and how they stood then.

    A deal that was deleted later stood there too.
    """
    versions = Deal.version_id << scope.version_ids
    if at is None:
        source, query = AsNow(), Deal.select(Deal.id)
        return query.where(Deal.state == "open", Deal.deleted_at.is_null(), versions, *scope.where(Deal)), source
    moment = bulk.to_microseconds(at)
    then = stood(moment)
    source = AsThen(then.c)
    query = Deal.select(Deal.id).join(then, on=(then.c.deal_id == Deal.id))
    is_there = Deal.deleted_at.is_null() | (Deal.deleted_at > moment)
    return query.where(is_there, versions, *scope.where(source)), source


def stood(moment: int, until: int | None = None) -> Any:
    """Returns the rows of history that hold at a moment, and on until another, as a source of a query."""
    return ending_after(moment if until is None else until, DealPeriod.from_at <= moment)


def ending_after(moment: int, begun: Any) -> Any:
    """Returns the rows of history that begun so and hold on beyond a moment: two walks along the index by time."""
    columns = [getattr(DealPeriod, name) for name in STOOD]
    ended_later = DealPeriod.select(*columns).where(begun, DealPeriod.to_at > moment)
    return ended_later.union_all(DealPeriod.select(*columns).where(begun, DealPeriod.to_at.is_null())).alias("stood")
