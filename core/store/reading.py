"""One row by its id, read by a statement that is written once for each model: pages follow links all day long.

peewee builds each statement anew and finds out for each answer what its columns are; that takes several times longer
than the database needs.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

from peewee import OP, Expression, Field, Model

Row = TypeVar("Row", bound=Model)
# No database takes more, nor has it what is asked for.
LARGEST = 2**63 - 1
_DIGITS = 18


def read_by_id(model: type[Row], record_id: int, lock: str = "") -> Row | None:
    """Returns the record of an id, or None; `lock` is what the statement ends with."""
    if abs(record_id) > LARGEST:
        return None
    # Models know the database through a proxy.
    database = model._meta.database.obj
    statement, columns = _statement(model, database.param)
    row = database.execute_sql(statement + lock, (record_id,)).fetchone()
    if row is None:
        return None
    record = model(__no_default__=True)
    for (name, convert), value in zip(columns, row, strict=True):
        record.__data__[name] = value if value is None else convert(value)
    return record


def read_number(text: Any) -> int | None:
    """Returns the whole number that a text writes, such as an id; None for any other text, and for too long a one."""
    digits = str(text or "")
    return int(digits) if digits.isdecimal() and len(digits) <= _DIGITS else None


def read_column(field: Field, ids: Iterable[int]) -> dict[int, Any]:
    """Returns one column of some records by their ids, as the database keeps it."""
    meta = field.model._meta
    # Written out, since binding each takes longer than the query.
    listed = ", ".join(str(int(one)) for one in ids) or "NULL"
    key = meta.primary_key.column_name
    statement = f"SELECT {key}, {field.column_name} FROM {meta.table_name} WHERE {key} IN ({listed})"
    return dict(meta.database.obj.execute_sql(statement).fetchall())


def asked_id(model: type[Model], query: tuple, filters: dict) -> int | None:
    """Returns the id by which alone a query asks for a record, or None when it asks otherwise."""
    asked = query[0] if len(query) == 1 and not filters else None
    if not isinstance(asked, Expression) or asked.op != OP.EQ or asked.lhs is not model._meta.primary_key:
        return None
    return asked.rhs if type(asked.rhs) is int else None


@lru_cache(maxsize=128)
def _statement(model: type[Model], mark: str) -> tuple[str, list[tuple[str, Callable[[Any], Any]]]]:
    fields = model._meta.sorted_fields
    names = ", ".join(field.column_name for field in fields)
    key = model._meta.primary_key.column_name
    statement = f"SELECT {names} FROM {model._meta.table_name} WHERE {key} = {mark}"
    return statement, [(field.name, field.python_value) for field in fields]
