"""Questions and changes whose SQL peewee writes once: afterwards only their values change.

For what is asked at every click; peewee would need longer to write such a statement than the database to answer it.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import OP, SQL, BaseQuery, Expression

from core.store.bulk import plain
from core.store.fields import database_proxy


class Written:
    """A query that is a function of its values, as `Written(lambda deal_id: Visit.select().where(…))`.

    The function is called once for each kind of database, with integers that stand for its values: so each of these is
    compared with a column, or put into one, of whole numbers, moments, money or text.
    """

    def __init__(self, build: Callable[..., BaseQuery]) -> None:
        self._build = build
        self._made: dict[str, _Statement] = {}

    def rows(self, *values: Any, ids: Iterable[int] = ()) -> list[Any]:
        """Returns all that the question finds: records, or tuples, as its query says; `ids` are those of `is_among`."""
        statement, cursor = self._execute(values, ids)
        found = cursor.fetchall()
        if found and statement.reader is None:
            statement.reader = statement.query._get_cursor_wrapper(cursor)
            statement.reader.initialize()
        return [statement.reader.process_row(row) for row in found]

    def bare(self, *values: Any, ids: Iterable[int] = ()) -> list[tuple]:
        """Returns what the question finds as the database keeps it: moments and money are whole numbers."""
        return self._execute(values, ids)[1].fetchall()

    def change(self, *values: Any) -> int:
        """Makes the change and returns how many rows it met."""
        return database_proxy.obj.rows_affected(self._execute(values, ())[1])

    def _execute(self, values: Sequence[Any], ids: Iterable[int]) -> tuple["_Statement", Any]:
        database = database_proxy.obj
        if database.param not in self._made:
            self._made[database.param] = _write(self._build)
        statement = self._made[database.param]
        filled = list(statement.values)
        for place, which in statement.places.items():
            filled[place] = plain(values[which])
        text = statement.text
        if _IDS in text:
            # Written out, since binding each takes longer than the query.
            text = text.replace(_IDS, ", ".join(str(int(one)) for one in ids) or "NULL")
        return statement, database.execute_sql(text, filled)


def is_among(column: Any) -> Expression:
    """Returns the condition that a column is one of the ids with which a written question is asked."""
    return Expression(column, OP.IN, SQL(f"({_IDS})"))


@dataclass
class _Statement:
    """`values` are those of the text, of which some, by place, are given each time; `reader` makes records of rows."""

    query: BaseQuery
    text: str
    values: list[Any]
    places: dict[int, int]
    reader: Any = None


_IDS = "/* ids */"
# No id, place or moment is as small as these integers, which stand for the values while a statement is written.
_STAND_IN = -(2**62)


def _write(build: Callable[..., BaseQuery]) -> _Statement:
    stand_ins = [_STAND_IN + which for which in range(len(inspect.signature(build).parameters))]
    query = build(*stand_ins)
    text, values = query.sql()
    # A column of text has made a text of its stand-in.
    places = {stand_in: which for which, one in enumerate(stand_ins) for stand_in in (one, str(one))}
    found = {
        place: places[value] for place, value in enumerate(values) if isinstance(value, int | str) and value in places
    }
    return _Statement(query, text, list(values), found)
