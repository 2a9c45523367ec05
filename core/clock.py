"""The only source of the present time; tests put a `FixedClock` in its place."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """Tells the present time in UTC and the present day of a time zone."""

    def now(self) -> datetime:
        """Returns the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def today(self, zone: ZoneInfo) -> date:
        """Returns the present day in `zone`."""
        return self.now().astimezone(zone).date()


class FixedClock(Clock):
    """A clock that stands still until it is told to go on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Returns the moment at which the clock stands."""
        return self.at

    def advance(self, **step: float) -> None:
        """Moves the clock on by a timedelta's keywords, e.g. `days=2`."""
        self.at += timedelta(**step)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Returns the moment in UTC at which `day` begins in `zone`."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
