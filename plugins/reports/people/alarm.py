"""Whether a number of interests is too small for chance: compared with the usual of the same weekdays. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp

WEEKS = 8
A_WEEK = timedelta(days=7)
# So rarely a usual week brings as few by chance alone.
RARE = 0.05


@dataclass(frozen=True)
class Count:
    """What one day, or the whole week, brought, and what is usual for it: the mean of as many weeks before."""

    count: int
    usual: float

    @property
    def is_too_few(self) -> bool:
        """Whether chance alone seldom makes so few."""
        return self.count < self.usual and chance_of_at_most(self.count, self.usual) < RARE


def week_of(today: date, counts: Mapping[date, int]) -> dict[date, Count]:
    """Returns the last seven whole days, each beside the mean of the same weekday in the weeks before."""
    days = [today - timedelta(days=number) for number in range(7, 0, -1)]
    return {
        day: Count(counts.get(day, 0), sum(counts.get(day - A_WEEK * n, 0) for n in range(1, WEEKS + 1)) / WEEKS)
        for day in days
    }


def together(days: Mapping[date, Count]) -> Count:
    """Returns the whole of the days."""
    return Count(sum(one.count for one in days.values()), sum(one.usual for one in days.values()))


def chance_of_at_most(count: int, mean: float) -> float:
    """Returns how likely it is that so many or fewer come, when `mean` come on average, each by itself (Poisson)."""
    if mean > 700:
        return 0.0 if count < mean - 3 * mean**0.5 else 1.0
    term = whole = exp(-mean)
    for number in range(1, count + 1):
        term *= mean / number
        whole += term
    return whole
