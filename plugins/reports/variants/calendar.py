"""When a schedule is due. Pure."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.api import Text, gettext, lazy

DAY, WEEK, MONTH = "day", "week", "month"
EVERY = {DAY: lazy("every day"), WEEK: lazy("every week"), MONTH: lazy("every month")}
WEEKDAYS = (
    lazy("Monday"), lazy("Tuesday"), lazy("Wednesday"), lazy("Thursday"), lazy("Friday"), lazy("Saturday"),
    lazy("Sunday"),
)  # fmt: skip


def next_time(every: str, on_day: int, at_hour: int, zone: ZoneInfo, after: datetime) -> datetime:
    """Returns the first moment in UTC after `after` at which a schedule is due, by the clocks of the zone.

    A day that a month lacks is its last one. What was missed while the server was off is due once, not many times.
    """
    day = after.astimezone(zone).date()
    while True:
        if _is_day(every, on_day, day):
            moment = datetime.combine(day, time(at_hour), zone).astimezone(UTC)
            if moment > after:
                return moment
        day += timedelta(days=1)


def in_words(every: str, on_day: int, at_hour: int) -> Text:
    """Returns when a schedule is due, in words."""
    at = f"{at_hour:02}:00"
    if every == WEEK:
        return gettext("every %(day)s at %(time)s", day=str(WEEKDAYS[on_day]), time=at)
    if every == MONTH:
        return gettext("on day %(day)s of every month at %(time)s", day=on_day, time=at)
    return gettext("every day at %(time)s", time=at)


def _is_day(every: str, on_day: int, day: date) -> bool:
    if every == WEEK:
        return day.weekday() == on_day
    if every == MONTH:
        return day.day == min(on_day, monthrange(day.year, day.month)[1])
    return True
