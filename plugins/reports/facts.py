"""The deals that a report is about: whose, of which types, under which conditions; and how they are asked for.

Everything passes `visible_to`. `closed_facts` and `open_facts` hold the questions;
`tests/bench/funnel.py` has the same ones written by hand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from peewee import SQL, Expression, Select, fn

from core.api import CRM, Deal, DealType, User, bulk, fields, visible_to
from plugins.reports.dimensions import Dimension
from plugins.reports.settings.periods import Period

ENDS = {"first": fn.MIN, "last": fn.MAX}


class Ends(NamedTuple):
    """The moments from `first` up to, not including, `until`, as the database keeps them; None leaves a side open."""

    first: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Scope:
    """The deals that one user may see (None: the system itself, all) of some types, under some conditions."""

    crm: CRM
    user: User | None
    type_ids: tuple[int, ...]
    version_ids: tuple[int, ...]
    conditions: Sequence[dict] = ()
    is_of_all_types: bool = False
    _spans: dict[str, tuple[int, int] | None] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing but the types narrows the deals: neither conditions, nor what the user may see."""
        return not self.conditions and (self.user is None or self.user.role.scope == "all")

    def where(self, source: Any) -> list[Expression]:
        """Returns the conditions on `source`, which has the columns of deals, with what the user may see.

        Where `source` tells of the past, that is what was the user's to see then and is so today: so every number
        opens as many records as it counts.
        """
        return self.as_of(source) + (self.seen_now() if source is not Deal else [])

    def as_of(self, source: Any) -> list[Expression]:
        """Returns the conditions as `source` tells them, with what was the user's to see as it tells the owner."""
        if self.is_whole:
            return []
        deals = fields.entity(self.crm, "deal")
        return [fields.condition(self.crm, deals, self.conditions, self.user, source)]

    def seen_now(self) -> list[Expression]:
        """Returns the condition that the user may see the deal as it is today."""
        return [] if self.user is None else [visible_to(self.user, Deal.owner)]

    @property
    def closed_span(self) -> tuple[int, int] | None:
        """The first and last moment at which deals of these types were closed, or None."""
        return self.span("closed_at")

    def span(self, column: str) -> tuple[int, int] | None:
        """Returns the first and last moment in a column of the deals, as the database keeps it, or None."""
        if column not in self._spans:
            moment = getattr(Deal, column)
            # Type by type, and each end for itself: so it is a single step along the index by type and time.
            of_type = Deal.deal_type == DealType.id
            ends = [Deal.select(end(moment)).where(of_type).alias(name) for name, end in ENDS.items()]
            each = DealType.select(*ends).where(DealType.id << self.type_ids)
            first, last = self.rows(Select((each.alias("e"),), (fn.MIN(SQL("first")), fn.MAX(SQL("last")))))[0]
            self._spans[column] = None if first is None else (first, last)
        return self._spans[column]

    def moment(self, day: date) -> int:
        """Returns the moment at which a day begins in the company's zone, as the database keeps it."""
        return bulk.to_microseconds(self.crm.day_start(day))

    def ends(self, period: Period | Ends) -> Ends:
        """Returns the moments between which a period lies."""
        if isinstance(period, Ends):
            return period
        return Ends(*(None if day is None else self.moment(day) for day in (period.first, period.until)))

    def rows(self, query: Any) -> list[tuple]:
        """Returns what the database answers, without making records of it."""
        return self.crm.database.execute(query).fetchall()

    def counts(self, questions: Mapping[str, Any]) -> dict[str, int]:
        """Returns the numbers that the questions ask for, by their names; the database is asked once."""
        if not questions:
            return {}
        return dict(zip(questions, self.rows(Select((), list(questions.values())))[0], strict=True))


def grouped(query: Any, columns: Sequence[Any], sums: Sequence[Any], dimension: Dimension | None, source: Any) -> Any:
    """Returns the query grouped by the columns, with the dimension after them.

    It is grouped by the first column, the dimension, and the rest: the order of the index, which PostgreSQL minds.
    """
    columns, places = list(columns), [str(place) for place in range(1, len(columns) + 1)]
    if dimension is not None:
        query, key = dimension.apply(query, source)
        columns.append(key)
        places.insert(1, str(len(columns)))
    return query.select(*columns, *sums).group_by(*map(SQL, places))


def tally(scope: Scope, query: Any, columns: Sequence[Any]) -> Iterable[tuple[tuple, int]]:
    """Returns how often each combination of the columns' values occurs.

    SQLite would sort all rows to group them: counted here, as they come, they take a third of the time.
    """
    if not bulk.is_postgres(scope.crm.database):
        return Counter(scope.crm.database.execute(query.select(*columns))).items()
    places = [SQL(str(place + 1)) for place in range(len(columns))]
    rows = scope.rows(query.select(*columns, fn.COUNT(SQL("*"))).group_by(*places))
    return [(row[:-1], row[-1]) for row in rows]


def keyed(rows: Sequence[tuple], size: int, dimension: Dimension | None) -> list[tuple]:
    """Returns the rows with the key as the dimension means it after their first `size` values; None without one."""
    if dimension is None:
        return [(*row[:size], None, *row[size:]) for row in rows]
    key = {raw: dimension.key(raw) for raw in {row[size] for row in rows}}
    if all(raw == known for raw, known in key.items()):
        return rows
    return [(*row[:size], key[row[size]], *row[size + 1 :]) for row in rows]


def total(column: Any) -> Any:
    """Returns the sum of a column of integers as an integer: PostgreSQL's own is a slow decimal."""
    return fn.SUM(column).cast("bigint")
