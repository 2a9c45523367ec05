"""Questions and changes whose SQL peewee writes once: afterwards only their values change.

For what is asked at every click; peewee would need longer to write such a statement than the database to answer it.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import BaseQuery

from core.store.bulk import plain
from core.store.fields import database_proxy


class Written:
    """A query that is a function of its values, as `Written(lambda deal_id: Visit.select().where(…))`.

    The function is called once for each kind of database, with integers that stand for its values: so each of these is
    compared with a column or put into one; for a column of text it is wrapped in a `Value`.
    """

    def __init__(self, build: Callable[..., BaseQuery]) -> None:
        self._build = build
        self._made: dict[str, _Statement] = {}

    def rows(self, *values: Any) -> list[Any]:
        """Returns all that the question finds: records, or tuples, as its query says."""
        statement, cursor = self._execute(values)
        found = cursor.fetchall()
        if found and statement.reader is None:
            statement.reader = statement.query._get_cursor_wrapper(cursor)
            statement.reader.initialize()
        return [statement.reader.process_row(row) for row in found]

    def change(self, *values: Any) -> int:
        """Makes the change and returns how many rows it met."""
        return database_proxy.obj.rows_affected(self._execute(values)[1])

    def _execute(self, values: Sequence[Any]) -> tuple["_Statement", Any]:
        database = database_proxy.obj
        if database.param not in self._made:
            self._made[database.param] = _write(self._build)
        statement = self._made[database.param]
        filled = list(statement.values)
        for place, which in statement.places.items():
            filled[place] = plain(values[which])
        return statement, database.execute_sql(statement.text, filled)


@dataclass
class _Statement:
    """`values` are those of the text, of which some, by place, are given each time; `reader` makes records of rows."""

    query: BaseQuery
    text: str
    values: list[Any]
    places: dict[int, int]
    reader: Any = None


# No id, place or moment is as small as these integers, which stand for the values while a statement is written.
_STAND_IN = -(2**62)


def _write(build: Callable[..., BaseQuery]) -> _Statement:
    stands_for = {_STAND_IN + which: which for which in range(len(inspect.signature(build).parameters))}
    query = build(*stands_for)
    text, values = query.sql()
    places = {
        place: stands_for[value] for place, value in enumerate(values) if isinstance(value, int) and value in stands_for
    }
    return _Statement(query, text, list(values), places)
