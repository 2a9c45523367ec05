"""Typed values as people write them into a form, read leniently, and written back for the form's controls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from marshmallow import fields

from core.i18n import _, group_sign, language
from core.moments import day_of, local_moment_of, written_day
from core.money import parse_amount
from core.web.context import crm


@dataclass(frozen=True)
class Kind:
    """How one kind of value is read from text, and the control that takes it."""

    widget: str
    read: Callable[[str], Any]


def _number(text: str) -> str:
    try:
        return str(parse_amount(text, thousands=group_sign()))
    except ValueError as error:
        raise ValueError(_("“%(text)s” is no number; write it like 1234.50.", text=text)) from error


def _whole(text: str) -> str:
    number = Decimal(_number(text))
    if number != number.to_integral_value():
        raise ValueError(_("“%(text)s” is no whole number.", text=text))
    return str(int(number))


def _day(text: str) -> str:
    try:
        return day_of(text).isoformat()
    except ValueError as error:
        sample = written_day(date(2026, 12, 31))
        raise ValueError(_("“%(text)s” is no date; write it like %(sample)s.", text=text, sample=sample)) from error


def _moment(text: str) -> str:
    try:
        return local_moment_of(text).replace(tzinfo=crm().config.zone).astimezone(UTC).isoformat()
    except ValueError as error:
        sample = f"{written_day(date(2026, 12, 31))} 14:30"
        sentence = _("“%(text)s” is no date with time; write it like %(sample)s.", text=text, sample=sample)
        raise ValueError(sentence) from error


# A subclass stands before its base: the first that fits is taken.
KINDS: tuple[tuple[type[fields.Field], Kind], ...] = (
    (fields.Integer, Kind("number", _whole)),
    (fields.Decimal, Kind("number", _number)),
    (fields.Float, Kind("number", _number)),
    (fields.AwareDateTime, Kind("moment", _moment)),
    (fields.DateTime, Kind("moment", _moment)),
    (fields.Date, Kind("date", _day)),
)


def written(kind: fields.Field, value: Any) -> Any:
    """Returns a value as its control shows it: text, a list of texts for many, True or False for a switch."""
    if isinstance(kind, fields.List):
        return [str(getattr(item, "id", item)) for item in value or ()]
    if isinstance(kind, fields.Boolean):
        return bool(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(crm().config.zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format_decimal(value.normalize(), format="0.##########", locale=language())
    return str(getattr(value, "id", value))
