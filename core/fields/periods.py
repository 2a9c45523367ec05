"""Days, weeks, months, quarters and years: relative periods, and the SQL that puts a day or moment into one.

All of them are of the company's time zone. A period's key is its first day, as ISO text; weeks begin on Monday.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from peewee import OP, SQL, Case, Expression, fn

from core.errors import InvalidInput
from core.fields.tree import literal
from core.i18n import _, format_date, language, lazy
from core.runtime import CRM
from core.store.database import is_postgres
from core.store.fields import to_microseconds

PARTS = {
    "day": lazy("day"),
    "week": lazy("week"),
    "month": lazy("month"),
    "quarter": lazy("quarter"),
    "year": lazy("year"),
}
PERIODS = {
    "today": lazy("today"),
    "yesterday": lazy("yesterday"),
    "tomorrow": lazy("tomorrow"),
    "this_week": lazy("this week"),
    "last_week": lazy("last week"),
    "next_week": lazy("next week"),
    "this_month": lazy("this month"),
    "last_month": lazy("last month"),
    "next_month": lazy("next month"),
    "this_quarter": lazy("this quarter"),
    "last_quarter": lazy("last quarter"),
    "next_quarter": lazy("next quarter"),
    "this_year": lazy("this year"),
    "last_year": lazy("last year"),
    "this_month_to_date": lazy("this month until today"),
    "this_quarter_to_date": lazy("this quarter until today"),
    "this_year_to_date": lazy("this year until today"),
    "last_7_days": lazy("the last 7 days"),
    "last_30_days": lazy("the last 30 days"),
    "last_90_days": lazy("the last 90 days"),
    "last_365_days": lazy("the last 365 days"),
    "last_12_months": lazy("the last 12 months"),
}
_DAYS = re.compile(r"^(last|next)_(\d{1,5})_days$")
_SPANS = re.compile(r"^last_(\d{1,3})_(week|month|quarter|year)s$")
_TO_DATE = re.compile(r"^this_(week|month|quarter|year)_to_date$")
_SHIFTS = {"last": -1, "this": 0, "next": 1}
_DAY_NAMES = {"yesterday": -1, "today": 0, "tomorrow": 1}
_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)


def period_days(name: str, today: date) -> tuple[date, date]:
    """Returns the first day of a relative period and the day after its last; raises InvalidInput for an unknown name.

    `last_n_days` are the n days that end today, `next_n_days` the n days that begin today; `last_n_months` the n
    calendar months that end with the present one; `this_month_to_date` ends today.
    """
    if name in _DAY_NAMES:
        day = today + timedelta(days=_DAY_NAMES[name])
        return day, day + timedelta(days=1)
    if found := _DAYS.match(name):
        length = timedelta(days=int(found[2]))
        after = today + timedelta(days=1)
        return (after - length, after) if found[1] == "last" else (today, today + length)
    if found := _TO_DATE.match(name):
        return first_day(found[1], today), today + timedelta(days=1)
    if (found := _SPANS.match(name)) and int(found[1]):
        return _last_spans(found[2], int(found[1]), today)
    shift, _line, part = str(name).partition("_")
    if shift not in _SHIFTS or part not in PARTS or part == "day":
        raise InvalidInput(_("“%(name)s” is no period; choose one such as this_month or last_7_days.", name=name))
    first = first_day(part, today)
    if shift == "last":
        first = first_day(part, first - timedelta(days=1))
    elif shift == "next":
        first = next_first_day(part, first)
    return first, next_first_day(part, first)


def is_period(name: str) -> bool:
    """Tells whether a text names a relative period."""
    try:
        period_days(name, date(2026, 1, 1))
    except InvalidInput:
        return False
    return True


def period_label(name: str) -> str:
    """Returns what a relative period is called."""
    if name in PERIODS:
        return str(PERIODS[name])
    if found := _SPANS.match(name):
        words = {
            "week": _("the last %(n)s weeks", n=found[1]),
            "month": _("the last %(n)s months", n=found[1]),
            "quarter": _("the last %(n)s quarters", n=found[1]),
            "year": _("the last %(n)s years", n=found[1]),
        }
        return words[found[2]]
    if found := _DAYS.match(name):
        return _("the last %(n)s days", n=found[2]) if found[1] == "last" else _("the next %(n)s days", n=found[2])
    return str(PERIODS.get(name, name))


def first_day(part: str, day: date) -> date:
    """Returns the first day of the week, month, quarter or year that `day` lies in."""
    if part == "week":
        return day - timedelta(days=day.weekday())
    if part == "month":
        return day.replace(day=1)
    if part == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if part == "year" else day


def next_first_day(part: str, first: date) -> date:
    """Returns the first day of the period after the one that begins on `first`."""
    if part in ("day", "week"):
        return first + timedelta(days=7 if part == "week" else 1)
    months = {"month": 1, "quarter": 3, "year": 12}[part]
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)


def _last_spans(part: str, count: int, today: date) -> tuple[date, date]:
    """Returns the first day and the day after the last of `count` parts of time, of which the last is the present."""
    first = first_day(part, today)
    after = next_first_day(part, first)
    for _number in range(count - 1):
        first = first_day(part, first - timedelta(days=1))
    return first, after


def bucket_label(part: str, key: str) -> str:
    """Returns how people write the period whose first day is `key`: “June 2026”, “Q2 2026”."""
    day = date.fromisoformat(key)
    if part == "year":
        return str(day.year)
    if part == "quarter":
        return _("Q%(quarter)s %(year)s", quarter=(day.month + 2) // 3, year=day.year)
    if part == "month":
        return format_skeleton("yMMMM", day, locale=language())
    if part == "week":
        return _("week of %(day)s", day=format_date(day))
    return format_date(day)


def bucket(crm: CRM, part: str, column: Any, *, is_moment: bool) -> Any:
    """Returns SQL of the key (first day, ISO text) of the period that a date or moment column lies in."""
    if is_postgres(crm.database):
        if is_moment:
            at = fn.to_timestamp(Expression(column, OP.DIV, SQL("1000000.0")), coerce=False)
            column = fn.timezone(literal(crm.config.time_zone), at, coerce=False)
        else:
            column = column.cast("timestamp")
        return fn.to_char(fn.date_trunc(literal(part), column, coerce=False), literal("YYYY-MM-DD"), coerce=False)
    shape = _SQLITE_SHAPES[part]
    if not is_moment:
        return shape(lambda *steps: fn.date(column, *steps, coerce=False))
    # SQLite knows no time zones: the zone's offsets of the last decades stand in the query, the newest first.
    seconds = column / 1_000_000 + _offset(column, crm.config.time_zone, crm.today().year + 2)
    return shape(lambda *steps: fn.date(seconds, "unixepoch", *steps, coerce=False))


def _offset(column: Any, zone: str, last_year: int) -> Any:
    changes = offset_changes(zone, last_year)
    branches = [(column >= to_microseconds(at), offset) for at, offset in reversed(changes[1:])]
    return Case(None, branches, changes[0][1]) if branches else changes[0][1]


@lru_cache(maxsize=16)
def offset_changes(zone: str, last_year: int) -> list[tuple[datetime, int]]:
    """Returns the moments, rising, at which the zone's offset from UTC changes, and the new offset in seconds."""
    info, at, end = ZoneInfo(zone), _OLDEST, datetime(last_year, 1, 1, tzinfo=UTC)
    changes = [(at, _offset_at(info, at))]
    while at < end:
        after = at + timedelta(days=1)
        if _offset_at(info, after) != changes[-1][1]:
            changes.append((_exact_change(info, at, after), _offset_at(info, after)))
        at = after
    return changes


def _offset_at(info: ZoneInfo, at: datetime) -> int:
    return int(at.astimezone(info).utcoffset().total_seconds())


def _exact_change(info: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = _offset_at(info, before)
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle == before:
            break
        before, after = (middle, after) if _offset_at(info, middle) == old else (before, middle)
    return after


def _month_of_quarter(day: Any) -> Expression:
    """Returns 0, 1 or 2; peewee's own `%` means LIKE."""
    return Expression(fn.strftime("%m", day, coerce=False).cast("INTEGER") - 1, OP.MOD, 3)


_SQLITE_SHAPES: dict[str, Callable[[Callable[..., Any]], Any]] = {
    "day": lambda day: day(),
    "week": lambda day: day("-6 days", "weekday 1"),
    "month": lambda day: day("start of month"),
    "quarter": lambda day: day("start of month", fn.printf("-%d months", _month_of_quarter(day()))),
    "year": lambda day: day("start of year"),
}
