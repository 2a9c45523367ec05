"""How deals left their stages within a period, and how long they had stood there, as their visits tell it.

What a deal did at one stage is added up: its last way out counts, and all of its stays there that ended in the period.
All visits are counted along an index of them, as if none were repeated; what deals did twice is then exchanged.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from peewee import SQL, Case, NodeList, Select, Value, fn

from core.api import Closing, Deal, StageVisit
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, tally
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.stays import BUCKET_US, LOST, PASSED, RETURNED, Cell, Left, Stays, without_key
from plugins.reports.history.visits import AsLeft, needs_deals, visits_within, within, within_period
from plugins.reports.settings.periods import Period

OUTCOMES = {"passed": ("passed", "won"), "lost": ("lost",), "returned": ("returned",)}
WAY = Case(StageVisit.outcome, [("returned", RETURNED), ("lost", LOST)], PASSED)
STAY = StageVisit.left_at - StageVisit.entered_at
BUCKET = NodeList((NodeList((STAY,), parens=True), SQL(f"/ {BUCKET_US}")))
# A stage and a bucket as one number.
FEWER = 1 << 20
STAGE_AND_BUCKET = NodeList((StageVisit.stage_id, SQL(f"* {FEWER} +"), BUCKET), parens=True)


@dataclass(frozen=True)
class Exits:
    """The question: the deals of a scope, a period, and by what its answers part."""

    scope: Scope
    period: Period
    dimension: Dimension | None = None

    def stays(self) -> Stays:
        """Returns the stays that ended, counted by type, stage and key."""
        stays, query = Stays(), self._visits()
        query, raw = self._parted(query)
        for (version_id, stage_id, way, bucket, *key), count in tally(
            self.scope, query, [StageVisit.version_id, StageVisit.stage_id, WAY, BUCKET, *raw]
        ):
            stays.versions.add(version_id)
            stays.add(self._cell(version_id, stage_id, *key), way, bucket, count)
        for visits in self._repeated():
            for visit in visits:
                stays.exchange(*visit, -1, visit[1] == RETURNED)
            *last, _time = visits[-1]
            returns = sum(way == RETURNED for _cell, way, _time in visits)
            stays.exchange(*last, sum(time for *_last, time in visits), 1, returns)
        return stays

    def counted(self, stays: Stays) -> dict[Cell, Left]:
        """Returns the numbers of each cell of the stays; only the times near the middle are asked for one by one."""
        times: dict[Cell, Counter[int]] = defaultdict(Counter)
        wanted = [stage_id * FEWER + bucket for stage_id, bucket in sorted(stays.wanted())]
        query, raw = self._parted(self._visits().where(STAGE_AND_BUCKET << wanted))
        for (version_id, stage_id, time, *key), count in tally(
            self.scope, query, [StageVisit.version_id, StageVisit.stage_id, STAY, *raw]
        ):
            cell = self._cell(version_id, stage_id, *key)
            times[without_key(cell) if stays.is_whole else cell][time] += count
        return stays.counted(times)

    def left(self, type_id: int, stage_id: int, what: str, key: str | None) -> Any:
        """Returns the query of the ids of the deals that left a stage: of all, or of those that left it so.

        Of *returns* it is the deals that were sent back from there at least once.
        """
        each = self._last(stage_id).alias("each")
        query = Select((each,), [each.c.deal_id]).bind(self.scope.crm.database)
        query = query.where(each.c.last == 1, each.c.deal_type_id == type_id)
        query = query.where(each.c.outcome << OUTCOMES[what]) if what in OUTCOMES else query
        query = query.where(each.c.returns > 0) if what == "returns" else query
        if key is None:
            return query
        return query.where(each.c.key.cast("text") == key if key else each.c.key.is_null())

    def reopened(self) -> Any:
        """Returns the query of the ids of the deals that were closed and re-opened during a stay that is counted."""
        is_reopened = Closing.reopened_at.is_null(is_null=False)
        spanned = Closing.select(Closing.id).where(
            is_reopened,
            Closing.deal_id == StageVisit.deal_id,
            Closing.closed_at >= StageVisit.entered_at,
            Closing.reopened_at <= StageVisit.left_at,
        )
        ever = Closing.select(Closing.deal_id).where(is_reopened)
        query = self._visits().where(StageVisit.deal_id << ever, fn.EXISTS(spanned))
        return query.select(StageVisit.deal_id).distinct()

    def _repeated(self) -> Iterator[list[tuple[Cell, int, int]]]:
        """Yields cell, way and time of each visit of a deal that left a stage more than once, the last at the end.

        Only a deal that went on to no later place, at least once within the period, can have come back.
        """
        went = StageVisit.alias()
        where = (went.onto_place <= went.place) & within_period(self.scope, self.period, went.left_at)
        query = self._visits().where(StageVisit.deal_id << went.select(went.deal_id).where(where))
        query, raw = self._parted(query.order_by(StageVisit.left_at, StageVisit.id))
        columns = [StageVisit.deal_id, StageVisit.version_id, StageVisit.stage_id, WAY, STAY, *raw]
        found: dict[tuple[int, int], list] = defaultdict(list)
        for deal_id, version_id, stage_id, way, time, *key in self.scope.rows(query.select(*columns)):
            found[deal_id, stage_id].append((self._cell(version_id, stage_id, *key), way, time))
        return (visits for visits in found.values() if len(visits) > 1)

    def _visits(self) -> Any:
        return visits_within(self.scope, self.period, is_joined=needs_deals(self.scope, self.dimension))

    def _parted(self, query: Any) -> tuple[Any, list[Any]]:
        """Returns the query, and the column by which its answers part, if they do."""
        if self.dimension is None:
            return query, []
        query, key = self.dimension.apply(query, AsLeft())
        return query, [key]

    def _cell(self, version_id: int, stage_id: int, *raw: Any) -> Cell:
        return self._types[version_id], stage_id, self.dimension.key(*raw) if raw else None

    @cached_property
    def _types(self) -> dict[int, int]:
        return {version_id: ladder.type_id for version_id, ladder in load_ladders(self.scope.crm)[0].items()}

    def _last(self, stage_id: int) -> Any:
        """Returns the query of the stays at a stage that ended; `last` is 1 for the deal's last one."""
        source = AsLeft()
        query = StageVisit.select(StageVisit.id).join(Deal).where(StageVisit.stage == stage_id)
        query, key = self.dimension.apply(query, source) if self.dimension else (query, Value(None).cast("bigint"))
        mine = [StageVisit.deal_id]
        last = fn.ROW_NUMBER().over(partition_by=mine, order_by=[StageVisit.left_at.desc(), StageVisit.id.desc()])
        columns = {
            "deal_id": Deal.id, "deal_type_id": Deal.deal_type, "key": _mapped(self.dimension, key),
            "outcome": StageVisit.outcome, "last": last,
            "returns": fn.SUM(Case(None, [(StageVisit.outcome == "returned", 1)], 0)).over(partition_by=mine),
        }  # fmt: skip
        query = query.select(*(column.alias(name) for name, column in columns.items()))
        return within(self.scope, self.period, query, source)


def _mapped(dimension: Dimension | None, key: Any) -> Any:
    """Returns the key itself where several raw values share one: a middle can't be made of the middles of parts."""
    if dimension is None or dimension.keys is None:
        return key
    named = [(key == raw, mapped) for raw, mapped in dimension.keys.items() if mapped is not None]
    return Case(None, named) if named else Value(None).cast("bigint")
