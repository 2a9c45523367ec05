"""Records as JSON: the fields of a schema, written straight from what the database holds.

A list of 80 rows by models and marshmallow costs ten times what the database does; here a row is a tuple of the plain
values of its columns. The schema still says what is written and how, so answers can't drift from the description.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_precision
from marshmallow import Schema, fields
from peewee import SQL, JSONField, Model

from core.money import SCALE
from core.store.fields import MoneyField, UtcField

Convert = Callable[[Any], Any]
_MICROSECONDS = 1_000_000


class Dump:
    """Writes rows of a model as the fields of a schema; `base` is the company's currency."""

    def __init__(self, schema: type[Schema], model: type[Model], base: str, leave_out: Iterable[str] = ()) -> None:
        combined, left = model._meta.combined, set(leave_out)
        shown = {
            name: combined[one.attribute or name]
            for name, one in schema._declared_fields.items()
            if name not in left and not one.load_only and (one.attribute or name) in combined
        }
        shown.setdefault("id", model._meta.primary_key)
        self.columns = list(shown.values())
        # One piece of SQL, where peewee would write thirty columns anew each time; a query's own table is always t1.
        self.selection = SQL(", ".join(_selected(one) for one in self.columns))
        self._names = list(shown)
        self._base = base
        self._currency = next((place for place, one in enumerate(self.columns) if one.name == "currency"), None)
        self._converts: list[tuple[int, Convert]] = []
        self._money: list[tuple[int, bool]] = []
        for place, (name, column) in enumerate(shown.items()):
            if isinstance(column, MoneyField):
                self._money.append((place, column.name.endswith("_base")))
            elif convert := _convert(schema._declared_fields.get(name), column):
                self._converts.append((place, convert))

    def row(self, values: Sequence[Any]) -> dict[str, Any]:
        """Returns the plain values of `columns`, as the database gives them, as JSON can hold them."""
        values = list(values)
        for place, convert in self._converts:
            if values[place] is not None:
                values[place] = convert(values[place])
        for place, is_base in self._money:
            if values[place] is not None:
                currency = self._base if is_base or self._currency is None else values[self._currency]
                values[place] = money_text(values[place], currency)
        return dict(zip(self._names, values, strict=True))

    def record(self, record: Model) -> dict[str, Any]:
        """Returns a record as JSON can hold it."""
        kept = record.__data__
        return self.row([_plain(column, kept.get(column.name)) for column in self.columns])


@lru_cache(maxsize=100)
def dump_of(schema: type[Schema], model: type[Model], base: str, leave_out: tuple[str, ...] = ()) -> Dump:
    """Returns what writes rows of a model as the fields of a schema; made once for each."""
    return Dump(schema, model, base, leave_out)


@lru_cache(maxsize=10_000)
def money_text(units: int, currency: str) -> str:
    """Returns the decimal string of a sum that the database keeps, rounded half up to its currency's digits.

    Kept, since one deal says the same sum up to four times: its potential and amount, each in the company's currency.
    """
    digits = _digits(currency)
    step = SCALE // 10**digits
    whole, part = divmod((abs(units) + step // 2) // step, 10**digits)
    sign = "-" if units < 0 and (whole or part) else ""
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


@lru_cache(maxsize=200)
def _digits(currency: str) -> int:
    return get_currency_precision(currency)


def _selected(column: Any) -> str:
    name = f'"t1"."{column.column_name}"'
    # As text, so that the driver doesn't parse what most rows have empty.
    return f"CAST({name} AS text)" if isinstance(column, JSONField) else name


def _plain(column: Any, value: Any) -> Any:
    if isinstance(column, MoneyField | UtcField):
        return column.db_value(value)
    return value


def _convert(one: fields.Field | None, column: Any) -> Convert | None:
    if isinstance(column, UtcField):
        return _moment
    if isinstance(one, fields.Nested):
        known = frozenset(one.nested._declared_fields)
        return lambda value: {key: kept for key, kept in _parsed(value).items() if key in known}
    if isinstance(column, JSONField):
        return _json
    if isinstance(one, fields.Date):
        return _day
    return bool if isinstance(one, fields.Boolean) else None


@lru_cache(maxsize=10_000)
def _moment(value: int) -> str:
    seconds, microseconds = divmod(value, _MICROSECONDS)
    moment = datetime.fromtimestamp(seconds, UTC)
    return (moment.replace(microsecond=microseconds) if microseconds else moment).isoformat()


def _json(value: Any) -> Any:
    if value == "{}":
        return {}
    return json.loads(value) if isinstance(value, str) else value


def _parsed(value: str | dict[str, Any]) -> dict[str, Any]:
    return _object(value) if isinstance(value, str) else value


@lru_cache(maxsize=2_000)
def _object(text: str) -> dict[str, Any]:
    """Returns what a text says, not to be changed: many rows have the same properties, or none."""
    return json.loads(text)


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()
