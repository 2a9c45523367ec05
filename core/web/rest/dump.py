"""Records as JSON: the fields of a schema, read straight from columns. Lists of rows need no record and no schema.

A marshmallow dump of 80 deals costs ten times what the database does; the schema still says what is written, so the
description can't drift from the answers (a test compares them).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields
from peewee import Model

from core.money import as_text

Convert = Callable[[Any, str], Any]


class Dump:
    """Writes rows of a model as the fields of a schema; `base` is the company's currency."""

    def __init__(self, schema: type[Schema], model: type[Model], base: str, leave_out: Iterable[str] = ()) -> None:
        left = set(leave_out)
        combined = model._meta.combined
        self.columns: list[Any] = []
        self._plan: list[tuple[str, int, Convert | None]] = []
        self._currency: int | None = None
        self._base = base
        for name, one in schema._declared_fields.items():
            column = combined.get(one.attribute or name)
            if column is None or name in left or one.load_only:
                continue
            if column.name == "currency":
                self._currency = len(self.columns)
            self._plan.append((name, len(self.columns), _convert(name, one)))
            self.columns.append(column)
        if "id" not in schema._declared_fields:
            self.columns.append(model._meta.primary_key)

    def row(self, values: Sequence[Any]) -> dict[str, Any]:
        """Returns a row of `columns` as JSON can hold it."""
        currency = self._base if self._currency is None else values[self._currency]
        found = {}
        for name, place, convert in self._plan:
            value = values[place]
            if convert is not None and value is not None:
                value = convert(value, self._base if name.endswith("_base") else currency)
            found[name] = value
        return found

    def record(self, record: Model) -> dict[str, Any]:
        """Returns a record as JSON can hold it."""
        return self.row([record.__data__.get(column.name) for column in self.columns])


@lru_cache(maxsize=100)
def dump_of(schema: type[Schema], model: type[Model], base: str, leave_out: tuple[str, ...] = ()) -> Dump:
    """Returns what writes rows of a model as the fields of a schema; made once for each."""
    return Dump(schema, model, base, leave_out)


def _convert(name: str, one: fields.Field) -> Convert | None:
    if isinstance(one, fields.Nested):
        known = frozenset(_nested_names(one))
        return lambda value, _currency: {key: value[key] for key in value if key in known}
    if isinstance(one, fields.DateTime | fields.Date):
        return _iso
    if isinstance(one, fields.Decimal):
        return _money
    return None


def _nested_names(one: fields.Nested) -> Iterable[str]:
    nested = one.nested
    return (nested if isinstance(nested, type) else type(one.schema))._declared_fields


def _iso(value: date | datetime, _currency: str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _money(value: Decimal, currency: str) -> str | None:
    return as_text(value, currency)
