"""Working time: when a company works, and what a number of working days or hours comes to. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Calendar:
    """When a company works: weekdays (0 is Monday), minutes of the day from and to, and days that are an exception.

    `country` is an ISO code whose public holidays are free, or empty; `working` days are worked in spite of all.
    """

    zone: ZoneInfo
    weekdays: frozenset[int] = frozenset(range(5))
    from_minute: int = 9 * 60
    to_minute: int = 18 * 60
    country: str = ""
    free: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    _known: dict[date, tuple[datetime, datetime] | None] = field(default_factory=dict, compare=False, repr=False)

    def is_working(self, day: date) -> bool:
        """Tells whether people work on a day."""
        if day in self.working:
            return True
        return day.weekday() in self.weekdays and day not in self.free and day not in _holidays(self.country, day.year)

    def hours_of(self, day: date) -> tuple[datetime, datetime] | None:
        """Returns when work begins and ends on a day, in UTC, or None on a free one."""
        if day not in self._known:
            times = (self._moment(day, self.from_minute), self._moment(day, self.to_minute))
            self._known[day] = times if self.is_working(day) else None
        return self._known[day]

    def _moment(self, day: date, minute: int) -> datetime:
        local = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - gets its zone here
        return local.replace(tzinfo=self.zone).astimezone(UTC)


def add_working_time(
    calendar: Calendar, start: datetime, *, days: int | None = None, hours: float | None = None
) -> datetime:
    """Returns when a limit that begins at `start` ends, in UTC.

    Working `hours` are counted to the second. Working `days` end with the work of the last of them; the day of the
    start is not one of them.
    """
    if days is not None:
        return _end_of_day(calendar, start.astimezone(calendar.zone).date(), days)
    left = timedelta(hours=hours or 0)
    for begins, ends in _working_times(calendar, start):
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    raise AssertionError("working times have no end")


def working_seconds(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Returns how many seconds of working time lie between two moments; 0 when `end` is not after `start`."""
    total = timedelta()
    for begins, ends in _working_times(calendar, start):
        if begins >= end:
            break
        total += min(ends, end) - begins
    return total // _SECOND


def put_off(calendar: Calendar, due: datetime, held_at: datetime, resumed_at: datetime) -> datetime:
    """Returns a deadline after a pause: as much working time is left as was; what was late stays as late."""
    if due <= held_at:
        return due + (resumed_at - held_at)
    left = working_seconds(calendar, held_at, due)
    return add_working_time(calendar, resumed_at, hours=left / 3600)


def _working_times(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yields the times of work from `start` on, in UTC, without end."""
    day = start.astimezone(calendar.zone).date()
    while True:
        if times := calendar.hours_of(day):
            begins = max(times[0], start)
            if begins < times[1]:
                yield begins, times[1]
        day += _DAY


def _end_of_day(calendar: Calendar, day: date, days: int) -> datetime:
    while True:
        if days <= 0 and (times := calendar.hours_of(day)):
            return times[1]
        day += _DAY
        if calendar.is_working(day):
            days -= 1


def holiday_names(country: str, year: int, language: str = "") -> dict[date, str]:
    """Returns the public holidays of a country in a year with their names, in a language where they are known in it."""
    if not country:
        return {}
    from holidays import country_holidays  # half the countries of the world: only those who need it load it

    return dict(sorted(country_holidays(country, years=year, language=language or None).items()))


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holiday_names(country, year))
