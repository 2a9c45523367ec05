"""What the database knows of the way from one day to another: what stood unchanged, what changed deal by deal.

A deal that stood through both moments in one period of its history did not change: those are counted by the database.
All others are read one by one; of a week they are few, whatever the size of the base.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from peewee import SQL, Case, Value, fn

from core.api import Closing, Deal, DealPeriod, fields
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, grouped, keyed, total
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.funnel.open_facts import STOOD, AsThen, ending_after, stood
from plugins.reports.history.bridge import CLOSED, DELETED, HELD, IN, OUTSIDE, UNBORN, Change, Ledger, Side, Stage


class AsClosed:
    """A deal as it was when it was closed: stage, owner and potential of the closing, all else as it is."""

    version = Deal.version_id
    is_on_hold = Value(0)

    def __getattr__(self, name: str) -> Any:
        if name.removesuffix("_id") in ("owner", "stage"):
            return getattr(Closing, f"{name.removesuffix('_id')}_id")
        return getattr(Closing if name in ("place", "potential_base") else Deal, name)


@dataclass(frozen=True)
class Between:
    """The time after `since`, up to and with `until`, for the deals of a scope, parted by a dimension or by none."""

    scope: Scope
    since: int
    until: int
    ladders: Mapping[int, Ladder]
    dimension: Dimension | None = None
    used: set[int] = field(default_factory=set)  # the versions of types met on the way
    _stages: dict[tuple, Stage] = field(default_factory=dict)  # hundreds of thousands of deals stand at a few of them

    def ledger(self) -> Ledger:
        """Returns the ledger of all that stood and all that changed."""
        ledger = Ledger()
        for stage, key, count, money in self._unchanged():
            ledger.stood(key, stage, count, money)
        ledger.changed(self.changes())
        return ledger

    def changes(self) -> list[Change]:
        """Returns the deals that stand otherwise after than before, by their ids."""
        before, after = self._before(), self._after()
        self._delete(before, after)
        missing = [deal_id for deal_id in after if deal_id not in before]
        older = self._opened_by_then(missing)
        closed, unborn = Side(CLOSED), Side(UNBORN)
        before |= {deal_id: closed if deal_id in older else unborn for deal_id in missing}
        return [Change(deal_id, before[deal_id], after.get(deal_id, Side(OUTSIDE))) for deal_id in sorted(before)]

    def _unchanged(self) -> list[tuple[Stage, Any, int, int]]:
        then = stood(self.since, self.until)
        source = AsThen(then.c)
        query = self._known(Deal.select(Deal.id).join(then, on=(then.c.deal_id == Deal.id)), self.until)
        query = query.where(~then.c.is_on_hold, *self.scope.as_of(source))
        columns = [Deal.deal_type, source.version, then.c.stage_id, then.c.place]
        sums = (fn.COUNT(SQL("*")), total(source.potential_base))
        rows = self.scope.rows(grouped(query, columns, sums, self.dimension, source))
        return [
            (self._stage(*row[:4]), row[4], row[5], row[6] or 0) for row in keyed(rows, len(columns), self.dimension)
        ]

    def _before(self) -> dict[int, Side]:
        """Returns the sides of those deals whose standing at the first moment has ended by the last."""
        columns = [getattr(DealPeriod, name) for name in STOOD]
        then = DealPeriod.select(*columns).where(
            DealPeriod.from_at <= self.since, DealPeriod.to_at > self.since, DealPeriod.to_at <= self.until
        )
        return self._sides(then.alias("stood"))

    def _after(self) -> dict[int, Side]:
        """Returns the sides of those deals whose standing at the last moment began after the first, closed ones too."""
        begun = (DealPeriod.from_at > self.since) & (DealPeriod.from_at <= self.until)
        return {**self._closed(), **self._sides(ending_after(self.until, begun))}

    def _sides(self, then: Any, *where: Any) -> dict[int, Side]:
        query = Deal.select(Deal.id).join(then, on=(then.c.deal_id == Deal.id))
        query = query.where(*where) if where else query
        return self._read(query, AsThen(then.c), Case(None, [(then.c.is_on_hold, HELD)], IN))

    def _closed(self) -> dict[int, Side]:
        is_standing = Closing.reopened_at.is_null() | (Closing.reopened_at > self.until)
        query = Deal.select(Deal.id).join(Closing, on=(Closing.deal == Deal.id))
        query = query.where(Closing.closed_at > self.since, Closing.closed_at <= self.until, is_standing)
        return self._read(query, AsClosed(), Closing.state)

    def _delete(self, before: dict[int, Side], after: dict[int, Side]) -> None:
        """Lets deals that were deleted on the way be gone afterwards; what came and was deleted is not told at all."""
        was_deleted = (Deal.deleted_at > self.since) & (Deal.deleted_at <= self.until)
        earlier = self._sides(stood(self.since), was_deleted)
        for (deal_id,) in self.scope.rows(self._known(Deal.select(Deal.id).where(was_deleted), self.since)):
            last = after.pop(deal_id, None) or earlier.get(deal_id)
            if deal_id in earlier:
                before[deal_id], after[deal_id] = earlier[deal_id], last._replace(what=DELETED)

    def _opened_by_then(self, ids: Iterable[int]) -> set[int]:
        if not ids:
            return set()
        query = Deal.select(Deal.id).where(fields.among(Deal.id, ids), Deal.opened_at <= self.since)
        return {deal_id for (deal_id,) in self.scope.rows(query)}

    def _read(self, query: Any, source: Any, what: Any) -> dict[int, Side]:
        query, key = self.dimension.apply(query, source) if self.dimension else (query, Value(None))
        seen = self.scope.as_of(source)
        columns = (
            Deal.id, Case(None, [(seen[0], what)], OUTSIDE) if seen else what, Deal.deal_type, source.version,
            source.stage_id, source.place, source.owner_id, source.potential_base, key,
        )  # fmt: skip
        rows = self.scope.rows(self._known(query, self.since).select(*columns))
        name = self.dimension.key if self.dimension else lambda raw: None
        return {
            deal_id: Side(what, self._stage(*stood, place), place, name(raw), owner_id, potential)
            for deal_id, what, *stood, place, owner_id, potential, raw in rows
        }

    def _known(self, query: Any, moment: int) -> Any:
        """Returns the query without other types, what lay in the trash at a moment, and what the user sees no more."""
        is_there = Deal.deleted_at.is_null() | (Deal.deleted_at > moment)
        return query.where(Deal.version_id << self.scope.version_ids, is_there, *self.scope.seen_now())

    def _stage(self, *stood: Any) -> Stage:
        """Returns the stage at which a deal of a type and version stood, as the database tells stage and place."""
        if stood not in self._stages:
            type_id, version_id, stage_id, place = stood
            self.used.add(version_id)
            ladder = self.ladders[version_id]
            place = ladder.place_of(stage_id, place)
            self._stages[stood] = type_id, ladder.steps[ladder.within(place)].stage_id if ladder.steps else None
        return self._stages[stood]
