"""Dates as people write them: ISO, 15.08.2026, 8/15/26, Aug 20, 2026, 20 gusht 2026, 20 августа 2026 г. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta

from core.api import lazy
from plugins.importers.cells.words import plain_word
from plugins.importers.errors import CellRefused
from plugins.importers.reading.table import shown

MONTHS = {
    plain_word(word): number
    for number, words in enumerate(
        (
            "january jan janar января янв январь",
            "february feb shkurt февраля фев февраль",
            "march mar mars марта мар март",
            "april apr prill апреля апр апрель",
            "may maj мая май",
            "june jun qershor июня июн июнь",
            "july jul korrik июля июл июль",
            "august aug gusht августа авг август",
            "september sep sept shtator сентября сен сентябрь",
            "october oct tetor октября окт октябрь",
            "november nov nëntor ноября ноя ноябрь",
            "december dec dhjetor декабря дек декабрь",
        ),
        1,
    )
    for word in words.split()
}
# Days since this date are how Excel keeps dates; a number in this range in a column of dates is one of them.
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = (367, 110_000)
FIRST_YEAR, LAST_YEAR = 1850, 2200

_NUMERIC = re.compile(r"^(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\.?(?:\s?г\.?)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_DAY_MONTH = re.compile(r"^(\d{1,2})[\s.-]+([^\W\d]+)\.?[\s.,-]+(\d{4})(?:\s?г\.?|\s?год)?$")
_MONTH_DAY = re.compile(r"^([^\W\d]+)\.?\s+(\d{1,2}),?\s+(\d{4})$")
_TIME = re.compile(
    r"[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([AaPp][Mm])?\s*(Z|[+-]\d{2}:?\d{2})?$"
)


def read_date(cell: object, order: str) -> date:
    """Returns the date of a cell; `order` (dmy, mdy, ymd) tells what 03/04/2026 means. Raises CellRefused."""
    moment = read_moment(cell, order)
    return moment.date() if isinstance(moment, datetime) else moment


def read_moment(cell: object, order: str) -> date | datetime:
    """Returns a date, or a datetime where the cell has a time (aware if it names an offset). Raises CellRefused."""
    if isinstance(cell, datetime | date):
        return _checked(cell, cell)
    if isinstance(cell, float) and EXCEL_DAYS[0] <= cell <= EXCEL_DAYS[1]:
        day = EXCEL_EPOCH + timedelta(days=int(cell))
        seconds = round((cell - int(cell)) * 86400)
        return datetime.combine(day, time()) + timedelta(seconds=seconds) if seconds else day
    text = shown(cell)
    clock = _TIME.search(text)
    day = _read_day(text[: clock.start()] if clock else text, order)
    if day is None:
        raise _no_date(text)
    return _checked(datetime.combine(day, _read_time(clock, text)) if clock else day, cell)


def _read_day(text: str, order: str) -> date | None:
    text = text.strip()
    if match := _NUMERIC.match(text):
        numbers = [int(part) for part in match.groups()]
        if len(match[1]) > 2:
            year, month, day = numbers
        elif order == "ymd" and len(match[3]) <= 2:
            year, month, day = _full_year(numbers[0]), numbers[1], numbers[2]
        else:
            day, month, year = (numbers[1], numbers[0], numbers[2]) if order == "mdy" else numbers
            year = _full_year(year) if len(match[3]) <= 2 else year
    elif match := _COMPACT.match(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_MONTH.match(text):
        day, month, year = int(match[1]), MONTHS.get(plain_word(match[2]), 0), int(match[3])
    elif match := _MONTH_DAY.match(text):
        month, day, year = MONTHS.get(plain_word(match[1]), 0), int(match[2]), int(match[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_time(match: re.Match, text: str) -> time:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[5] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    zone = None
    if offset := match[6]:
        minutes = 0 if offset == "Z" else int(offset[1:3]) * 60 + int(offset[-2:])
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo if minutes else UTC
    try:
        return time(hour, minute, second, int((match[4] or "0").ljust(6, "0")), tzinfo=zone)
    except ValueError:
        raise _no_date(text) from None


def _full_year(year: int) -> int:
    return year + (2000 if year < 70 else 1900) if year < 100 else year


def _checked(moment: date, cell: object) -> date:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise CellRefused(lazy("the year of “%(text)s” can't be right. Correct the date", text=shown(cell)))
    return moment


def _no_date(text: str) -> CellRefused:
    return CellRefused(lazy("“%(text)s” is no date. Write it like 2026-03-31", text=text))
