"""The funnel of closed deals: grouped counts of the database become rows of stages and totals.

Pure. Sums of money are the database's integers; whoever shows them turns them into decimals.

A lost deal reached its closing stage and every stage before it, and is lost there; a won deal reached and passed
every stage of its own version. So reached = passed + lost, and the next stage's reached is this one's passed.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from plugins.reports.funnel.ladders import Frame, Ladder

WON, LOST = "won", "lost"
FINAL, FURTHEST, VISITED = "final", "furthest", "visited"
COUNTINGS = (FINAL, FURTHEST, VISITED)


class Group(NamedTuple):
    """Deals that ended alike: how many, how many of them have a potential, and their sums.

    `place` is where they ended in the chosen counting; `stood_at` is the mask of the places they ever stood at.
    """

    version_id: int
    state: str
    place: int | None
    stood_at: int
    key: Hashable
    deals: int
    priced: int
    potential: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """What happened at one stage of one funnel, for one value of the dimension that rows are grouped by."""

    frame: Frame
    stage_id: int | None
    stage: str | None
    key: Hashable
    reached: int
    passed: int
    lost: int
    skipped: int
    reached_potential: int
    lost_potential: int
    expected_wins: Fraction
    expected_income: Fraction

    @property
    def probability(self) -> Fraction | None:
        """What the types' own percentages promised those who reached the stage: P(win), or None if nobody did."""
        return self.expected_wins / self.reached if self.reached and self.stage_id is not None else None

    @property
    def passed_potential(self) -> int:
        """The potential of the deals that passed."""
        return self.reached_potential - self.lost_potential

    @property
    def stood(self) -> int:
        """How many deals really stood at the stage."""
        return self.reached - self.skipped

    @property
    def conversion(self) -> float | None:
        """The share of those who stood here that passed, or None where nobody stood."""
        return (self.passed - self.skipped) / self.stood if self.stood else None


@dataclass(slots=True)
class ClosedTotals:
    """What a whole funnel, or one group of it, comes to; it counts deals, not stages."""

    won: int = 0
    lost: int = 0
    won_amount: int = 0
    won_potential: int = 0
    lost_potential: int = 0
    no_potential: int = 0

    @property
    def closed(self) -> int:
        """How many deals were closed."""
        return self.won + self.lost

    @property
    def win_rate(self) -> float | None:
        """The share of closed deals that were won, or None when there are none."""
        return self.won / self.closed if self.closed else None


@dataclass(slots=True)
class ClosedFunnel:
    """Rows in order of type, key and stage; totals of all, and of each key."""

    rows: list[ClosedRow]
    totals: ClosedTotals
    by_key: dict[Hashable, ClosedTotals] = field(default_factory=dict)


def count_closed(frames: Iterable[Frame], groups: Iterable[Group], *, counting: str = FINAL) -> ClosedFunnel:
    """Returns the funnel of the grouped counts; each deal counts by its own version of its type."""
    frames = list(frames)
    ladders = {ladder.version_id: ladder for frame in frames for ladder in frame.ladders}
    counts: dict[tuple[int, Hashable], _Counts] = {}
    by_key: dict[Hashable, ClosedTotals] = defaultdict(ClosedTotals)
    is_visited = counting == VISITED
    for version_id, state, place, stood_at, key, deals, priced, potential, amount in groups:
        count = counts.get((version_id, key))
        if count is None:
            count = counts[version_id, key] = _Counts(ladders[version_id])
        _add_totals(by_key[key], state == WON, deals, priced, potential or 0, amount or 0)
        count.add(state == WON, place, stood_at, deals, potential or 0, is_visited)
    rows = [row for frame in frames for row in _frame_rows(frame, counts, is_visited)]
    return ClosedFunnel(rows, _sum(by_key.values()), dict(by_key))


class _Counts:
    """The running counts of one version and key; the last place stands in for a ladder without stages."""

    __slots__ = ("lost", "lost_potential", "met", "met_potential", "size", "stands", "won", "won_potential")

    def __init__(self, ladder: Ladder) -> None:
        self.size = max(len(ladder.steps), 1)
        self.stands = 0 if ladder.steps else 1  # where there are no stages, every deal stood at the only place
        self.won = self.won_potential = 0
        self.lost, self.lost_potential = [0] * self.size, [0] * self.size
        # Deals missing at a place they passed, or, when real visits count, deals that stood there.
        self.met, self.met_potential = [0] * self.size, [0] * self.size

    def add(self, is_won: bool, place: int | None, stood_at: int, deals: int, potential: int, is_visited: bool) -> None:
        stood_at |= self.stands
        end = self.size if is_won else min(max(place or 0, 0), self.size - 1)
        if is_won:
            self.won += deals
            self.won_potential += potential
        else:
            self.lost[end] += deals
            self.lost_potential[end] += potential
        if is_visited:
            for met in _visited_places(self.size, stood_at, end):
                self.met[met] += deals
                self.met_potential[met] += potential
        else:
            for met in _skipped_places(end, stood_at):
                self.met[met] += deals

    def at(self, is_visited: bool) -> list[tuple[int, int, int, int, int]]:
        """Returns (reached, lost, skipped, reached potential, lost potential) of each place."""
        reached, potential = self.won, self.won_potential
        lines = []
        for place in reversed(range(self.size)):
            reached += self.lost[place]
            potential += self.lost_potential[place]
            lost, lost_potential = self.lost[place], self.lost_potential[place]
            if is_visited:
                lines.append((self.met[place], lost, 0, self.met_potential[place], lost_potential))
            else:
                lines.append((reached, lost, self.met[place], potential, lost_potential))
        return lines[::-1]


@lru_cache(16_384)
def _skipped_places(end: int, stood_at: int) -> tuple[int, ...]:
    return tuple(place for place in range(end) if not stood_at >> place & 1)


@lru_cache(16_384)
def _visited_places(size: int, stood_at: int, end: int) -> tuple[int, ...]:
    # Who lost a deal stood where it was lost, even if no visit was written down.
    return tuple(place for place in range(size) if stood_at >> place & 1 or place == end)


def _frame_rows(frame: Frame, counts: dict, is_visited: bool) -> list[ClosedRow]:
    ladders = {ladder.version_id: ladder for ladder in frame.ladders}
    by_key: dict[Hashable, dict[int | None, list]] = {}
    for (version_id, key), count in counts.items():
        ladder = ladders.get(version_id)
        if ladder is None:
            continue
        cells = by_key.setdefault(key, _empty(frame))
        stage_ids = [step.stage_id for step in ladder.steps] or [None]
        for place, (stage_id, line) in enumerate(zip(stage_ids, count.at(is_visited), strict=True)):
            chance = ladder.chance_from(place) or Fraction(0)
            line = (*line, line[0] * chance, line[3] * chance)
            cells[stage_id] = [old + new for old, new in zip(cells[stage_id], line, strict=True)]
    if not by_key:
        by_key = {None: _empty(frame)}
    return [
        _row(frame, stage_id, stage, key, cells[stage_id])
        for key, cells in by_key.items()
        for stage_id, stage in frame.stages
    ]


def whole(rows: Iterable[ClosedRow]) -> list[ClosedRow]:
    """Returns the rows of the company: those of all keys added up, in the same order of types and stages."""
    cells: dict[tuple[Frame, int | None, str | None], list] = {}
    for row in rows:
        cell = cells.setdefault((row.frame, row.stage_id, row.stage), [0] * 5 + [Fraction(0)] * 2)
        parts = (row.reached, row.lost, row.skipped, row.reached_potential, row.lost_potential)
        for place, part in enumerate((*parts, row.expected_wins, row.expected_income)):
            cell[place] += part
    return [_row(frame, stage_id, stage, None, cell) for (frame, stage_id, stage), cell in cells.items()]


def _empty(frame: Frame) -> dict[int | None, list]:
    return {stage_id: [0] * 5 + [Fraction(0)] * 2 for stage_id, _ in frame.stages}


def _row(frame: Frame, stage_id: int | None, stage: str | None, key: Hashable, cell: list) -> ClosedRow:
    reached, lost, skipped, potential, lost_potential, wins, income = cell
    return ClosedRow(
        frame, stage_id, stage, key, reached, reached - lost, lost, skipped, potential, lost_potential, wins, income
    )


def _add_totals(totals: ClosedTotals, is_won: bool, deals: int, priced: int, potential: int, amount: int) -> None:
    totals.no_potential += deals - priced
    if is_won:
        totals.won += deals
        totals.won_amount += amount
        totals.won_potential += potential
    else:
        totals.lost += deals
        totals.lost_potential += potential


def _sum(parts: Iterable[ClosedTotals]) -> ClosedTotals:
    whole = ClosedTotals()
    for part in parts:
        for name in ClosedTotals.__slots__:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
    return whole
