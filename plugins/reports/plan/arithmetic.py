"""The arithmetic of planning backwards: exact, rounded up at the very end, its parts always adding up. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """The days, both included, within which something must be done so that it still counts."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Stays:
    """How long deals took from a stage to their end, in days: those won, sorted, and all that were closed, sorted.

    `unfinished` is how many have no end yet: they outlast everything.
    """

    won: Sequence[float]
    closed: Sequence[float]
    unfinished: int = 0

    def chance(self, age: float, days: float) -> Fraction | None:
        """Returns the chance that a deal of this age is won within so many days more; None if nothing is known of it.

        Of the deals that were still open at that age, the share won in time.
        """
        still_open = len(self.closed) - bisect_right(self.closed, age) + self.unfinished
        if not still_open:
            return None
        in_time = bisect_right(self.won, age + days) - bisect_right(self.won, age)
        return Fraction(max(in_time, 0), still_open)


def needed(contracts: Fraction | int, count: int, won: int) -> int:
    """Returns how many of something it takes to win so many contracts, when `count` of it brought `won`; rounded up.

    With 2 won of 10, ten contracts take exactly 50.
    """
    return ceil(Fraction(contracts) * count / won) if contracts > 0 else 0


def contracts_for(amount: Fraction, won_amount: Fraction, won: int) -> Fraction:
    """Returns how many contracts bring a sum, when `won` of them brought `won_amount`; not rounded."""
    return amount * won / won_amount


def split(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Returns whole parts in proportion to the weights that add up to the total; the greatest remainders go up.

    Without any weight all weigh the same.
    """
    if not weights:
        return []
    whole = sum(weights)
    exact = [Fraction(total) * weight / whole if whole else Fraction(total, len(weights)) for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def grid(rows: Sequence[int], weights: Sequence[Fraction | int]) -> list[list[int]]:
    """Returns each row's total split over columns in proportion to the weights.

    Every row adds up to its total, every cell is its exact value rounded up or down, and what is rounded up goes where
    the columns lack most, so that they stay in proportion too.
    """
    whole = sum(weights) or 1
    given, cells, due = [0] * len(weights), [], 0
    for total in rows:
        due += total
        parts = [total * weight // whole for weight in weights]
        # In parts of the whole weight, so that whole numbers do.
        lacks = [due * weight - (have + part) * whole for weight, have, part in zip(weights, given, parts, strict=True)]
        places = sorted((place for place, weight in enumerate(weights) if weight), key=lambda one: (-lacks[one], one))
        for place in places[: total - sum(parts)]:
            parts[place] += 1
        given = [have + part for have, part in zip(given, parts, strict=True)]
        cells.append(parts)
    return cells


def middle(values: Sequence[float], share: Fraction = Fraction(1, 2)) -> float | None:
    """Returns the least of the sorted values that at least a share of them don't exceed; the median by default."""
    return values[max(ceil(share * len(values)) - 1, 0)] if values else None


def window(begin: date, due: date, before: float, after: float) -> Window:
    """Returns when a step is to be done: at the earliest `before` days after the beginning, and `after` before the day.

    Where the time doesn't suffice it is the day on which the step comes first.
    """
    first = begin + timedelta(days=round(before))
    return Window(first, max(first, due - timedelta(days=round(after))))


def weeks(begin: date, last: date) -> list[date]:
    """Returns the Mondays of the weeks that the days touch."""
    monday = begin - timedelta(days=begin.weekday())
    return [monday + A_WEEK * number for number in range((last - monday).days // 7 + 1)]


def days_within(one: Window, monday: date) -> int:
    """Returns how many days of a window lie in the week of a Monday."""
    first, last = max(one.first, monday), min(one.last, monday + timedelta(days=6))
    return max((last - first).days + 1, 0)
