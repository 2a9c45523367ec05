"""The funnel of closed deals: grouped counts of the database become rows of stages and totals.

Pure. Sums of money are the database's integers; whoever shows them turns them into decimals.

A lost deal reached its closing stage and every stage before it, and is lost there; a won deal reached and passed
every stage of its own version. So reached = passed + lost, and the next stage's reached is this one's passed.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from operator import add

from plugins.reports.funnel.counts import FINAL, VISITED, ClosedTotals, Group, Sum, count_groups
from plugins.reports.funnel.ladders import Frame


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """What happened at one stage of one funnel, for one value of the dimension that rows are grouped by.

    `by_version` holds, for each version of the type, P(win) from here, deals that reached it, and their potential.
    """

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
    by_version: Mapping[int, tuple[Fraction | None, int, int]]

    @property
    def expected_wins(self) -> Fraction:
        """How many of those who reached the stage the types' own percentages promised to win."""
        return sum((chance * reached for chance, reached, _sum in self.by_version.values() if chance), Fraction(0))

    @property
    def expected_income(self) -> Fraction:
        """What those who reached the stage were promised to bring."""
        return sum((chance * worth for chance, _reached, worth in self.by_version.values() if chance), Fraction(0))

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
class ClosedFunnel:
    """Rows in order of type, key and stage; totals of all, and of each key."""

    rows: list[ClosedRow]
    totals: ClosedTotals
    by_key: dict[Hashable, ClosedTotals] = field(default_factory=dict)


def count_closed(
    frames: Iterable[Frame], groups: Iterable[Group], sums: Iterable[Sum] = (), *, counting: str = FINAL
) -> ClosedFunnel:
    """Returns the funnel of the grouped counts and of sums that were kept of other deals."""
    frames = list(frames)
    ladders = {ladder.version_id: ladder for frame in frames for ladder in frame.ladders}
    counts = count_groups(ladders, groups, sums, counting=counting)
    by_key: dict[Hashable, ClosedTotals] = defaultdict(ClosedTotals)
    for (_version_id, key), count in counts.items():
        by_key[key].add(count.totals())
    totals = ClosedTotals()
    for part in by_key.values():
        totals.add(part)
    rows = [row for frame in frames for row in _frame_rows(frame, counts, counting == VISITED)]
    return ClosedFunnel(rows, totals, dict(by_key))


def _frame_rows(frame: Frame, counts: dict, is_visited: bool) -> list[ClosedRow]:
    ladders = {ladder.version_id: ladder for ladder in frame.ladders}
    chances = {key: [one.chance_from(place) for place in range(len(one.steps))] for key, one in ladders.items()}
    by_key: dict[Hashable, dict[int | None, _Cell]] = {}
    for (version_id, key), count in counts.items():
        ladder = ladders.get(version_id)
        if ladder is None:
            continue
        cells = by_key.setdefault(key, {stage_id: _Cell() for stage_id, _ in frame.stages})
        stage_ids = [step.stage_id for step in ladder.steps] or [None]
        lines = zip(stage_ids, count.at(is_visited), chances[version_id] or [None], strict=True)
        for stage_id, line, chance in lines:
            cells[stage_id].add(line, {version_id: (chance, line[0], line[3])})
    if not by_key:
        by_key = {None: {stage_id: _Cell() for stage_id, _ in frame.stages}}
    return [
        cells[stage_id].row(frame, stage_id, stage, key)
        for key, cells in by_key.items()
        for stage_id, stage in frame.stages
    ]


def whole(rows: Iterable[ClosedRow]) -> list[ClosedRow]:
    """Returns the rows of the company: those of all keys added up, in the same order of types and stages."""
    cells: dict[tuple[Frame, int | None, str | None], _Cell] = {}
    for row in rows:
        cell = cells.setdefault((row.frame, row.stage_id, row.stage), _Cell())
        line = (row.reached, row.lost, row.skipped, row.reached_potential, row.lost_potential)
        cell.add(line, row.by_version)
    return [cell.row(frame, stage_id, stage, None) for (frame, stage_id, stage), cell in cells.items()]


class _Cell:
    """The running sums of one row."""

    __slots__ = ("by_version", "line")

    def __init__(self) -> None:
        self.line = (0, 0, 0, 0, 0)
        self.by_version: dict[int, tuple[Fraction | None, int, int]] = {}

    def add(self, line: tuple, by_version: Mapping[int, tuple[Fraction | None, int, int]]) -> None:
        self.line = tuple(map(add, self.line, line))
        for version_id, (chance, reached, worth) in by_version.items():
            _chance, before, worth_before = self.by_version.get(version_id, (None, 0, 0))
            self.by_version[version_id] = (chance, before + reached, worth_before + worth)

    def row(self, frame: Frame, stage_id: int | None, stage: str | None, key: Hashable) -> ClosedRow:
        reached, lost, skipped, worth, lost_worth = self.line
        passed = reached - lost
        return ClosedRow(
            frame, stage_id, stage, key, reached, passed, lost, skipped, worth, lost_worth, self.by_version
        )
