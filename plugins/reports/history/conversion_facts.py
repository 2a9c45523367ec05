"""How deals left their stages within a period, and how long they had stood there, as their visits tell it.

What a deal did at one stage is added up: its last way out counts, and all of its stays there that ended in the period.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import SQL, Case, Select, Value, fn

from core.api import Deal, StageVisit
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, total
from plugins.reports.history.flow_facts import AsLeft, within
from plugins.reports.periods import Period

OUTCOMES = {"passed": ("passed", "won"), "lost": ("lost",), "returned": ("returned",)}


class Left(NamedTuple):
    """Deals that left a stage: how, how many stays ended by a return, and half and 80 % of their times there."""

    deals: int = 0
    passed: int = 0
    lost: int = 0
    returned: int = 0
    returns: int = 0
    median_us: int | None = None
    most_us: int | None = None

    @property
    def conversion(self) -> float | None:
        """The share that went on of those whose way is decided; a deal that went back is not."""
        decided = self.passed + self.lost
        return self.passed / decided if decided else None


@dataclass(frozen=True)
class Exits:
    """The question: the deals of a scope, a period, and by what its answers part."""

    scope: Scope
    period: Period
    dimension: Dimension | None = None

    def counted(self) -> Iterator[tuple[int, int | None, Any, set[int], Left]]:
        """Yields type, stage, key, some versions that have the stage, and the numbers."""
        each = self._ranked().alias("ranked")
        names = [SQL(name) for name in ("deal_type_id", "stage_id", "key")]
        sums = [
            fn.COUNT(SQL("*")),
            *(_count(each.c.outcome << outcomes) for outcomes in OUTCOMES.values()),
            fn.COALESCE(total(SQL("returns")), 0),
            # The least time that is not beaten by half, and by 80 %, of the deals.
            fn.MIN(Case(None, [(each.c.nth * 2 >= each.c.size, each.c.stay)])),
            fn.MIN(Case(None, [(each.c.nth * 5 >= each.c.size * 4, each.c.stay)])),
        ]
        query = Select((each,), [*names, fn.MIN(SQL("version_id")), fn.MAX(SQL("version_id")), *sums]).group_by(*names)
        for type_id, stage_id, key, oldest, newest, *numbers in self.scope.rows(query):
            yield type_id, stage_id, None if key == "" else key, {oldest, newest}, Left(*map(int, numbers))

    def left(self, type_id: int, stage_id: int, what: str, key: str | None) -> Any:
        """Returns the query of the ids of the deals that left a stage: of all, or of those that left it so.

        Of *returns* it is the deals that were sent back from there at least once.
        """
        each = self._last().alias("each")
        query = Select((each,), [each.c.deal_id]).bind(self.scope.crm.database)
        query = query.where(each.c.last == 1, each.c.deal_type_id == type_id, each.c.stage_id == stage_id)
        query = query.where(each.c.outcome << OUTCOMES[what]) if what in OUTCOMES else query
        query = query.where(each.c.returns > 0) if what == "returns" else query
        if key is None:
            return query
        return query.where(each.c.key.cast("text") == key if key else each.c.key.is_null())

    def _ranked(self) -> Any:
        """Returns the query of each deal at each stage that it left, in the order of the time that it stood there."""
        each = self._last().alias("each")
        group = [each.c.deal_type_id, each.c.stage_id, each.c.key]
        nth = fn.ROW_NUMBER().over(partition_by=group, order_by=[each.c.stay])
        size = fn.COUNT(SQL("*")).over(partition_by=group)
        columns = ("deal_type_id", "version_id", "stage_id", "key", "outcome", "stay", "returns")
        named = [getattr(each.c, name) for name in columns]
        return Select((each,), [*named, nth.alias("nth"), size.alias("size")]).where(each.c.last == 1)

    def _last(self) -> Any:
        """Returns the query of the stays that ended; `last` is 1 for the deal's last one at the stage."""
        source = AsLeft()
        query = StageVisit.select(StageVisit.id).join(Deal)
        query, key = self.dimension.apply(query, source) if self.dimension else (query, Value(None).cast("bigint"))
        mine = [StageVisit.deal_id, StageVisit.stage_id]
        last = fn.ROW_NUMBER().over(partition_by=mine, order_by=[StageVisit.left_at.desc(), StageVisit.id.desc()])
        columns = {
            "deal_id": Deal.id, "deal_type_id": Deal.deal_type, "version_id": Deal.version_id,
            "stage_id": StageVisit.stage_id, "key": _mapped(self.dimension, key), "outcome": StageVisit.outcome,
            "stay": fn.SUM(StageVisit.left_at - StageVisit.entered_at).over(partition_by=mine).cast("bigint"),
            "returns": fn.SUM(Case(None, [(StageVisit.outcome == "returned", 1)], 0)).over(partition_by=mine),
            "last": last,
        }  # fmt: skip
        query = query.select(*(column.alias(name) for name, column in columns.items()))
        return within(self.scope, self.period, query, source)


def _mapped(dimension: Dimension | None, key: Any) -> Any:
    """Returns the key itself where several raw values share one: a middle can't be made of the middles of parts."""
    if dimension is None or dimension.keys is None:
        return key
    named = [(key == raw, mapped) for raw, mapped in dimension.keys.items() if mapped is not None]
    return Case(None, named) if named else Value(None).cast("bigint")


def _count(condition: Any) -> Any:
    return fn.SUM(Case(None, [(condition, 1)], 0))
