"""From a goal, back to what must be done each week and by whom. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from plugins.reports.plan import arithmetic
from plugins.reports.plan.arithmetic import Window
from plugins.reports.plan.learning import KINDS, Learned, Step


@dataclass(frozen=True)
class Goal:
    """What is to be reached: so many contracts, or a sum in the database's units, from a day until a day, included."""

    begin: date
    due: date
    contracts: Fraction
    amount: int | None = None

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.due - self.begin).days + 1


@dataclass(frozen=True)
class Awaited:
    """What the deals that are open now will bring until the day."""

    deals: int = 0
    wins: Fraction = Fraction(0)
    amount: Fraction = Fraction(0)
    no_potential: int = 0


@dataclass(frozen=True)
class Line:
    """A step of the plan: how many it takes for the whole goal, and how many for what open deals don't bring.

    `cells` has a row for each manager and a column for each week.
    """

    step: Step
    in_all: int
    needed: int
    window: Window
    cells: tuple[tuple[int, ...], ...]

    @property
    def by_manager(self) -> list[int]:
        """How many each manager is to do."""
        return [sum(row) for row in self.cells]

    @property
    def by_week(self) -> list[int]:
        """How many are to be done each week."""
        return [sum(column) for column in zip(*self.cells, strict=True)]

    @property
    def per_week(self) -> Fraction:
        """How many that is a week, on average of its window."""
        return Fraction(self.needed * 7, max(self.window.days, 7))


@dataclass(frozen=True)
class Plan:
    """A whole plan; `managers` are the ids of users, None for nobody in particular."""

    goal: Goal
    learned: Learned
    awaited: Awaited
    contracts_needed: Fraction
    lines: tuple[Line, ...]
    managers: tuple[int | None, ...]
    weeks: tuple[date, ...]

    @property
    def earliest(self) -> date:
        """The day on which a client who shows interest on the first day is usually won."""
        return self.goal.begin + timedelta(days=ceil(self.learned.lag))

    @property
    def is_too_late(self) -> bool:
        """Whether new clients usually can't be won by the day any more, though they would be needed."""
        return self.learned.is_learned and self.earliest > self.goal.due and self.contracts_needed > 0

    def line(self, key: str) -> Line | None:
        """Returns the first line of a step's key."""
        return next((one for one in self.lines if one.step.key == key), None)


def make_plan(goal: Goal, learned: Learned, awaited: Awaited, shares: Mapping[int | None, int]) -> Plan:
    """Returns the plan: what open deals bring is taken off the goal, the rest goes back through the steps.

    `shares` weigh the managers. A sum is turned into contracts by the mean of those won.
    """
    if goal.amount is None:
        missing = goal.contracts - awaited.wins
    else:
        missing = arithmetic.contracts_for(goal.amount - awaited.amount, Fraction(learned.won_amount),
                                           learned.with_amount)  # fmt: skip
    missing = max(missing, Fraction(0))
    managers = tuple(shares)
    windows = [_window(goal, learned, step) for step in learned.steps]
    last = max(window.last for window in windows)
    weeks = tuple(arithmetic.weeks(goal.begin, last))
    lines = tuple(
        _line(goal, learned, step, missing, window, list(shares.values()), weeks)
        for step, window in zip(learned.steps, windows, strict=True)
    )
    return Plan(goal, learned, awaited, missing, lines, managers, weeks)


def _window(goal: Goal, learned: Learned, step: Step) -> Window:
    if step.key in KINDS.values():
        # Talks go along with a deal from the first interest to the contract.
        return Window(goal.begin, max(goal.begin, goal.due))
    return arithmetic.window(goal.begin, goal.due, step.after, max(learned.lag - step.after, 0))


def _line(
    goal: Goal,
    learned: Learned,
    step: Step,
    missing: Fraction,
    window: Window,
    shares: Sequence[int],
    weeks: Sequence[date],
) -> Line:
    total = arithmetic.needed(missing, step.count, learned.won)
    days = [arithmetic.days_within(window, monday) for monday in weeks]
    cells = arithmetic.grid(arithmetic.split(total, shares), days)
    in_all = arithmetic.needed(goal.contracts, step.count, learned.won)
    return Line(step, in_all, total, window, tuple(map(tuple, cells)))
