"""The deals that a report is about: whose, of which types, under which conditions; and how they are asked for.

Everything passes `visible_to`. `closed_facts` and `open_facts` hold the questions;
`tests/bench/funnel.py` has the same ones written by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from peewee import SQL, Expression, fn

from core.api import CRM, Deal, User, fields, to_microseconds
from plugins.reports.dimensions import Dimension


@dataclass(frozen=True)
class Scope:
    """The deals that one user may see (None: the system itself, all) of some types, under some conditions."""

    crm: CRM
    user: User | None
    type_ids: tuple[int, ...]
    version_ids: tuple[int, ...]
    conditions: Sequence[dict] = ()
    is_of_all_types: bool = False

    def where(self, source: Any) -> list[Expression]:
        """Returns the conditions on `source`, which has the columns of deals, with what the user may see."""
        if not self.conditions and (self.user is None or self.user.role.scope == "all"):
            return []
        deals = fields.entity(self.crm, "deal")
        return [fields.condition(self.crm, deals, self.conditions, self.user, source)]

    @cached_property
    def closed_span(self) -> tuple[int, int] | None:
        """The first and last moment at which deals of these types were closed, or None."""
        return self.span("closed_at")

    def span(self, column: str) -> tuple[int, int] | None:
        """Returns the first and last moment in a column of the deals, as the database keeps it, or None."""
        moment = getattr(Deal, column)
        ends = []
        for type_id in self.type_ids:
            # Type by type, and each end for itself: so it is a single step along the index by type and time.
            query = Deal.select(fn.MIN(moment)).where(Deal.deal_type == type_id)
            ends += [self.rows(query)[0][0], self.rows(query.select(fn.MAX(moment)))[0][0]]
        known = [end for end in ends if end is not None]
        return (min(known), max(known)) if known else None

    def moment(self, day: date) -> int:
        """Returns the moment at which a day begins in the company's zone, as the database keeps it."""
        return to_microseconds(self.crm.day_start(day))

    def rows(self, query: Any) -> list[tuple]:
        """Returns what the database answers, without making records of it."""
        return self.crm.database.execute(query).fetchall()


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
