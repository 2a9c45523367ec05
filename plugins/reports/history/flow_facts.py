"""Which deals passed which stages within a period, as their visits tell it; once a stage, open ones included.

A move from one stage to a later one passes the first and all between; a deal that is won passes the rest of its stages.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import SQL, Case, NodeList, Select, Value, fn

from core.api import Closing, Deal, StageVisit, TypeStage
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, grouped, total
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.past import of_key
from plugins.reports.history.visits import AsLeft, AsWon, needs_deals, visits_within, within, within_period
from plugins.reports.settings.periods import Period

FURTHER_THAN_ANY = 1 << 20
STATES = ("open", "won", "lost")
# Written out: so a database knows that the index of such visits holds them all.
WENT_ON = StageVisit.outcome << SQL("('passed', 'won')")
# Before which place a visit that went on passed: where the next one is not known, its own stage and no other.
UNTIL = Case(
    None,
    [(StageVisit.outcome == "won", FURTHER_THAN_ANY)],
    fn.COALESCE(StageVisit.onto_place, StageVisit.place + 1, coerce=False),
)
NOTHING = Value(None).cast("bigint")
# Only such a visit can have skipped a stage.
LEAPT = (StageVisit.outcome == "won") | (fn.COALESCE(StageVisit.onto_place, 0, coerce=False) > StageVisit.place + 1)
# What visits that went on are counted by, in the order of their index.
STEPS = (
    StageVisit.version_id, StageVisit.place, StageVisit.outcome, StageVisit.onto_place, StageVisit.deal_state,
)  # fmt: skip
Cell = tuple[int, int, int | None, Any]  # type, version, stage, key


class Passed(NamedTuple):
    """How many deals passed a stage, what they may bring, and what became of them since."""

    deals: int = 0
    priced: int = 0
    potential: int = 0
    open: int = 0
    won: int = 0
    lost_since: int = 0
    skipped: int = 0

    def __add__(self, other: "Passed") -> "Passed":
        return Passed(*(one + two for one, two in zip(self, other, strict=True)))

    def __sub__(self, other: "Passed") -> "Passed":
        return Passed(*(one - two for one, two in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Flow:
    """The question: the deals of a scope, a period, and by what its answers part."""

    scope: Scope
    period: Period
    dimension: Dimension | None = None

    def passed(self) -> dict[Cell, Passed]:
        """Returns the counts by type, version, stage and key.

        All passages are counted along an index of visits; those of deals that passed a stage once more within the
        period, which only deals that had been further before can, are then taken off again.
        """
        won = self._grouped(self._won(), AsWon(), NOTHING, NOTHING, NOTHING)
        return self._summed([self._steps(is_leap=False), self._steps(is_leap=True), won])

    def skipped(self) -> dict[Cell, int]:
        """Returns how many deals passed each stage without standing there, by type, version, stage and key."""
        return {cell: numbers.skipped for cell, numbers in self._summed([self._steps(is_leap=True)]).items()}

    def _summed(self, queries: Iterable[Any]) -> dict[Cell, Passed]:
        found: dict[Cell, Passed] = {}
        for query in queries:
            for cell, numbers in self._spread(query):
                found[cell] = found.get(cell, Passed()) + numbers
        for cell, numbers in self._repeated():
            found[cell] = found.get(cell, Passed()) - numbers
        return found

    def passages(self, *where: Any) -> Any:
        """Returns the query of each deal at each stage that it passed, the last time first."""
        step = (
            (TypeStage.version == Deal.version_id) & (TypeStage.place >= StageVisit.place) & (TypeStage.place < UNTIL)
        )
        query = StageVisit.select(StageVisit.id).join(Deal).join_from(StageVisit, TypeStage, on=step)
        query = within(self.scope, self.period, query.where(WENT_ON, *where), AsLeft())
        nth = fn.ROW_NUMBER().over(
            partition_by=[StageVisit.deal_id, TypeStage.stage_id],
            order_by=[StageVisit.left_at.desc(), StageVisit.id.desc()],
        )
        return self._selected(query, AsLeft(), TypeStage.stage_id, _is_skipped(TypeStage.place), nth)

    def _steps(self, *, is_leap: bool) -> Any:
        """Returns the query of the visits that led on, grouped by all that tells which stages they passed.

        Where the deal really stood matters only to a leap; else the index tells all that is asked for most.
        """
        is_joined = is_leap or needs_deals(self.scope, self.dimension)
        query = visits_within(self.scope, self.period, is_joined=is_joined, is_grouped=not is_joined).where(WENT_ON)
        query, key = self._parted(query.where(LEAPT if is_leap else ~LEAPT), AsLeft())
        stood_at = Deal.stood_at if is_leap else Value(0)
        potential = StageVisit.potential_base
        sums = (fn.COUNT(SQL("*")), fn.COUNT(potential), total(potential))
        raw, sixth = ([key], [SQL("6")]) if self.dimension else ([], [])
        columns = [StageVisit.version_id, StageVisit.deal_state, StageVisit.place, UNTIL, stood_at, *raw, *sums]
        return query.select(*columns).group_by(*STEPS, *([stood_at] if is_leap else ()), *sixth)

    def _spread(self, query: Any) -> Iterator[tuple[Cell, Passed]]:
        """Yields the cells in which each group of visits, or of deals without stages, counts."""
        ladders = load_ladders(self.scope.crm)[0]
        for version_id, state, place, until, stood_at, *raw, deals, priced, potential in self.scope.rows(query):
            ladder = ladders[version_id]
            key = self.dimension.key(*raw) if self.dimension else None
            numbers = Passed(deals, priced, potential or 0, *(deals * (state == one) for one in STATES))
            if place is None:
                yield (ladder.type_id, version_id, None, key), numbers
                continue
            for passed in range(place, min(until, len(ladder.steps))):
                is_skipped = passed > place and not stood_at >> passed & 1
                cell = ladder.type_id, version_id, ladder.steps[passed].stage_id, key
                yield cell, numbers._replace(skipped=deals * is_skipped)

    def _repeated(self) -> Iterator[tuple[Cell, Passed]]:
        """Yields what counts more than once: the passages before the last one of a deal at a stage."""
        once_more = StageVisit.alias()
        where = once_more.is_again & (once_more.outcome << ("passed", "won"))
        where &= within_period(self.scope, self.period, once_more.left_at)
        each = self.passages(StageVisit.deal_id << once_more.select(once_more.deal_id).where(where)).alias("each")
        names = [SQL(name) for name in ("deal_type_id", "version_id", "stage_id", "key")]
        sums = [
            fn.COUNT(SQL("*")), fn.COUNT(SQL("potential")), fn.COALESCE(total(SQL("potential")), 0),
            *(_count(each.c.state == state) for state in STATES), _count(each.c.is_skipped == 1),
        ]  # fmt: skip
        counted = Select((each,), [*names, *sums]).where(each.c.nth > 1).group_by(*names)
        for type_id, version_id, stage_id, raw, *numbers in self.scope.rows(counted):
            key = self.dimension.key(raw) if self.dimension else None
            yield (type_id, version_id, stage_id, key), Passed(*map(int, numbers))

    def wins(self) -> Any:
        """Returns the query of the deals without stages that were won, in the words of `passages`."""
        return self._selected(self._won(), AsWon(), NOTHING, None, Value(1))

    def _won(self) -> Any:
        query = Deal.select(Deal.id).join(Closing, on=(Closing.deal == Deal.id))
        query = query.where(Closing.state == "won", Closing.stage_id.is_null(), Closing.reopened_at.is_null())
        return within(self.scope, self.period, query, AsWon())

    def losses(self) -> dict[tuple[int, int | None, Any], int]:
        """Returns how many deals were lost within the period, by type, stage and key."""
        query, key = self._parted(self.lost(), AsWon())
        columns = [Deal.deal_type, Closing.stage_id, key]
        rows = self.scope.rows(query.select(*columns, fn.COUNT(SQL("*"))).group_by(*map(SQL, "123")))
        found: dict[tuple[int, int | None, Any], int] = {}
        for type_id, stage_id, raw, count in rows:
            cell = type_id, stage_id, self.dimension.key(raw) if self.dimension else None
            found[cell] = found.get(cell, 0) + count
        return found

    def lost(self) -> Any:
        """Returns the query of the deals that were lost within the period and stayed so."""
        query = Deal.select(Deal.id).join(Closing, on=(Closing.deal == Deal.id))
        return within(
            self.scope, self.period, query.where(Closing.state == "lost", Closing.reopened_at.is_null()), AsWon()
        )

    def passed_at(self, type_id: int, stage_id: int | None, what: str, key: str | None) -> Any:
        """Returns the query of the ids of the deals that passed a stage: all, those of a state, or that skipped it."""
        each = (self.wins() if stage_id is None else self.passages()).alias("each")
        stage = each.c.stage_id.is_null() if stage_id is None else each.c.stage_id == stage_id
        query = Select((each,), [each.c.deal_id]).bind(self.scope.crm.database)
        query = query.where(each.c.nth == 1, each.c.deal_type_id == type_id, stage)
        state = {"open": "open", "won": "won", "lost_since": "lost"}.get(what)
        if state or what == "skipped":
            query = query.where(each.c.state == state if state else each.c.is_skipped == 1)
        return query if key is None else of_key(self.scope, self.dimension, query, each.c.key, key)

    def lost_at(self, type_id: int, stage_id: int | None, key: str | None) -> Any:
        """Returns the query of the ids of the deals that were lost at a stage within the period."""
        stage = Closing.stage_id.is_null() if stage_id is None else Closing.stage_id == stage_id
        query, raw = self._parted(self.lost().where(Deal.deal_type == type_id, stage), AsWon())
        return query if key is None else of_key(self.scope, self.dimension, query, raw, key)

    def _parted(self, query: Any, source: Any) -> tuple[Any, Any]:
        return self.dimension.apply(query, source) if self.dimension else (query, NOTHING)

    def _grouped(self, query: Any, source: Any, *places: Any) -> Any:
        potential = source.potential_base
        sums = (fn.COUNT(SQL("*")), fn.COUNT(potential), total(potential))
        return grouped(query, [Deal.version_id, Deal.state, *places], sums, self.dimension, source)

    def _selected(self, query: Any, source: Any, stage: Any, is_skipped: Any, nth: Any) -> Any:
        query, key = self._parted(query, source)
        skipped = Value(0) if is_skipped is None else Case(None, [(is_skipped, 1)], 0)
        columns = {
            "deal_id": Deal.id, "deal_type_id": Deal.deal_type, "version_id": Deal.version_id, "stage_id": stage,
            "key": key, "potential": source.potential_base, "state": Deal.state, "is_skipped": skipped, "nth": nth,
        }  # fmt: skip
        return query.select(*(column.alias(name) for name, column in columns.items()))


def _is_skipped(place: Any) -> Any:
    return NodeList((Deal.stood_at, SQL(">>"), place.cast("integer"), SQL("& 1")), parens=True) == 0


def _count(condition: Any) -> Any:
    return fn.SUM(Case(None, [(condition, 1)], 0))
