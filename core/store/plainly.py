"""One row read, added or changed by a statement that is written once, for what many people do all day long.

peewee builds each statement anew, which takes longer than the database needs for it. The records stay peewee's.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from peewee import Database, Model

from core.store.bulk import plain
from core.store.database import is_postgres
from core.store.reading import read_by_id

Row = TypeVar("Row", bound=Model)


def read_row(model: type[Row], record_id: int, *, is_locked: bool = False) -> Row | None:
    """Returns the record of an id, locked until the work ends if so wanted, or None."""
    return read_by_id(model, record_id, " FOR UPDATE" if is_locked and is_postgres(_database(model)) else "")


def add_row(record: Row) -> Row:
    """Adds a new record, all of its values, and returns it with its id."""
    database = _database(type(record))
    names = tuple(record.__data__)
    statement = _insert(type(record), names, database.param)
    record.id = database.execute_sql(statement, _values(record.__data__, names)).fetchone()[0]
    record._dirty.clear()
    return record


def change_row(record: Model, *, counts_version: bool = False) -> None:
    """Writes those values of a record that were set since it was read; the version may count on in the database."""
    database = _database(type(record))
    names = tuple(sorted(field.name for field in record.dirty_fields))
    statement = _update(type(record), names, counts_version, database.param)
    database.execute_sql(statement, [*_values(record.__data__, names), record.id])
    record._dirty.clear()


def _database(model: type[Model]) -> Database:
    """Returns the instance's database itself, which models know through a proxy."""
    return model._meta.database.obj


def _values(data: Mapping[str, Any], names: tuple[str, ...]) -> list[Any]:
    return [
        json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else plain(value)
        for value in (data[name] for name in names)
    ]


@lru_cache(maxsize=256)
def _insert(model: type[Model], names: tuple[str, ...], mark: str) -> str:
    columns = ", ".join(model._meta.fields[name].column_name for name in names)
    marks = ", ".join([mark] * len(names))
    return f"INSERT INTO {model._meta.table_name} ({columns}) VALUES ({marks}) RETURNING id"


@lru_cache(maxsize=256)
def _update(model: type[Model], names: tuple[str, ...], counts_version: bool, mark: str) -> str:
    sets = [f"{model._meta.fields[name].column_name} = {mark}" for name in names]
    sets += ["version = version + 1"] if counts_version else []
    return f"UPDATE {model._meta.table_name} SET {', '.join(sets)} WHERE id = {mark}"
