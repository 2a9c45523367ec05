"""When things happen in the sample company: working days, a weak August, a strong spring and December. Pure."""

import random
from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from core.clock import start_of_day
from core.store.fields import to_microseconds

MONTHS = (0.75, 0.9, 1.2, 1.3, 1.2, 1.0, 0.8, 0.45, 1.0, 1.1, 1.15, 1.4)
YEARLY_GROWTH = 0.15
SATURDAY = 0.15
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


class Seasons:
    """Draws moments, as microseconds since 1970, between two moments."""

    def __init__(self, begins_at: datetime, ends_at: datetime, zone: ZoneInfo, chance: random.Random) -> None:
        self.chance = chance
        self.begins_at = to_microseconds(begins_at)
        self.ends_at = to_microseconds(ends_at)
        first, last = begins_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
        # The last day is left out: it is not over.
        days = [first + timedelta(days=number) for number in range((last - first).days)]
        self._starts = [to_microseconds(start_of_day(day, zone)) for day in days]
        self._sums = list(accumulate(weight(day, first) for day in days))

    def draw(self) -> int:
        """Returns a working moment, likelier in the strong months."""
        return self._within(self.chance.random() * self._sums[-1])

    def draw_since(self, moment: int) -> int:
        """Returns a working moment not before `moment`, likelier in the strong months."""
        place = max(bisect_right(self._starts, moment) - 1, 0)
        before = self._sums[place - 1] if place else 0.0
        return max(self._within(before + self.chance.random() * (self._sums[-1] - before)), moment)

    def after(self, moment: int, days: float) -> int:
        """Returns a working moment about `days` later; nothing happens on a Sunday or at night."""
        place = bisect_right(self._starts, moment + int(days * DAY)) - 1
        if place >= len(self._starts) - 1:
            return moment + int(days * DAY) + HOUR
        while place and place < len(self._sums) and self._sums[place] == self._sums[place - 1]:
            place += 1
        if place >= len(self._starts):
            return moment + int(days * DAY) + HOUR
        return max(self._starts[place] + self._time_of_day(), moment + 10 * 60 * SECOND)

    def _within(self, sum_of_weights: float) -> int:
        place = min(bisect_left(self._sums, sum_of_weights), len(self._starts) - 1)
        return self._starts[place] + self._time_of_day()

    def _time_of_day(self) -> int:
        chance = self.chance
        return int((8.5 + 4.5 * (chance.random() + chance.random())) * HOUR) // SECOND * SECOND


def weight(day: date, first: date) -> float:
    """Returns how much is begun on a day, against an average day of the first year; 0 on Sundays."""
    of_week = (1.0, 1.1, 1.1, 1.05, 0.95, SATURDAY, 0.0)[day.weekday()]
    return of_week * MONTHS[day.month - 1] * (1 + YEARLY_GROWTH * (day - first).days / 365)
