"""The funnel of open deals: how many stand at each stage, what they are worth, and what they will bring.

Pure. A stage's probability is the chance to pass it; P(win) from a stage is the product to the end. It is the whole
pipeline, not the forecast of a month. Deals on hold are counted apart.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from plugins.reports.funnel.ladders import Frame, Ladder


class Group(NamedTuple):
    """Open deals that stand alike: how many, how many of them have a potential, and its sum."""

    version_id: int
    place: int | None
    is_on_hold: bool
    key: Hashable
    deals: int
    priced: int
    potential: int | None


@dataclass(frozen=True, slots=True)
class OpenRow:
    """The open deals at one stage; `expected_*` and chances are None where the type knows no stages.

    `probability` is the chance to pass the stage: the mean over the deals here, which may be of several versions; at
    an empty stage that of the type's first ladder.
    """

    frame: Frame
    stage_id: int | None
    stage: str | None
    key: Hashable
    count: int
    clients: int
    potential: int
    expected_wins: Fraction | None
    expected_income: Fraction | None
    probability: Fraction | None
    stage_win_chance: Fraction | None

    @property
    def win_chance(self) -> Fraction | None:
        """P(win) of the deals here; at an empty stage, that of the type's first ladder."""
        is_counted = self.count and self.expected_wins is not None
        return self.expected_wins / self.count if is_counted else self.stage_win_chance


@dataclass(slots=True)
class OpenTotals:
    """What a whole open funnel, or one group of it, comes to; `unstaged` deals add nothing to what is expected."""

    count: int = 0
    unstaged: int = 0
    potential: int = 0
    expected_wins: Fraction = Fraction(0)
    expected_income: Fraction = Fraction(0)
    no_potential: int = 0
    on_hold: int = 0
    on_hold_potential: int = 0

    @property
    def is_unknown(self) -> bool:
        """Whether there are deals, but none with a stage, so that nobody knows what to expect of them."""
        return 0 < self.count == self.unstaged

    @property
    def win_chance(self) -> Fraction | None:
        """The mean P(win) of the deals, or None when there are none or nothing is known of them."""
        return self.expected_wins / self.count if self.count and not self.is_unknown else None


@dataclass(slots=True)
class OpenFunnel:
    """Rows in order of type, key and stage; totals of all, and of each key."""

    rows: list[OpenRow]
    totals: OpenTotals
    by_key: dict[Hashable, OpenTotals]


def count_open(
    frames: Iterable[Frame],
    groups: Iterable[Group],
    clients: Mapping[tuple[tuple[int, ...], int | None, Hashable], int],
) -> OpenFunnel:
    """Returns the funnel of the grouped counts.

    `clients` holds the distinct clients by (type ids of the frame, stage id, key); they overlap and can't be added.
    """
    groups = list(groups)
    rows = [row for frame in frames for row in _frame_rows(frame, groups, clients)]
    by_key: dict[Hashable, OpenTotals] = {}
    ladders = {ladder.version_id: ladder for row in rows for ladder in row.frame.ladders}
    for group in groups:
        totals = by_key.setdefault(group.key, OpenTotals())
        _add(totals, group, ladders[group.version_id])
    whole = OpenTotals()
    for totals in by_key.values():
        for name in OpenTotals.__slots__:
            setattr(whole, name, getattr(whole, name) + getattr(totals, name))
    return OpenFunnel(rows, whole, by_key)


def _frame_rows(frame: Frame, groups: list[Group], clients: Mapping) -> list[OpenRow]:
    ladders = {ladder.version_id: ladder for ladder in frame.ladders}
    by_key: dict[Hashable, dict[int | None, list]] = {}
    for group in groups:
        ladder = ladders.get(group.version_id)
        if ladder is None:
            continue
        cells = by_key.setdefault(group.key, _empty(frame))
        if group.is_on_hold:
            continue
        chance = ladder.chance_from(group.place) or Fraction(0)
        stage_id = ladder.steps[ladder.within(group.place)].stage_id if ladder.steps else None
        cell = cells[stage_id]
        cell[0] += group.deals
        cell[1] += group.potential or 0
        cell[2] += group.deals * chance
        cell[3] += (group.potential or 0) * chance
        cell[4] += group.deals * (ladder.pass_chance(group.place) or Fraction(0))
    if not by_key:
        by_key = {None: _empty(frame)}
    return [
        _row(frame, stage_id, stage, key, cells[stage_id], clients)
        for key, cells in by_key.items()
        for stage_id, stage in frame.stages
    ]


def _empty(frame: Frame) -> dict[int | None, list]:
    return {stage_id: [0, 0, Fraction(0), Fraction(0), Fraction(0)] for stage_id, _ in frame.stages}


def _row(frame: Frame, stage_id: int | None, stage: str | None, key: Hashable, cell: list, clients: Mapping) -> OpenRow:
    count, potential, wins, income, passes = cell
    has_chance = stage_id is not None
    pass_chance, win_chance = _chances_at(frame, stage_id)
    return OpenRow(
        frame,
        stage_id,
        stage,
        key,
        count,
        clients.get((frame.type_ids, stage_id, key), 0),
        potential,
        wins if has_chance else None,
        income if has_chance else None,
        passes / count if has_chance and count else pass_chance,
        win_chance,
    )


def _chances_at(frame: Frame, stage_id: int | None) -> tuple[Fraction | None, Fraction | None]:
    """Returns P(pass) and P(win) of a stage where no deal stands."""
    for ladder in frame.ladders:
        for place, step in enumerate(ladder.steps):
            if step.stage_id == stage_id:
                return ladder.pass_chance(place), ladder.chance_from(place)
    return None, None


def _add(totals: OpenTotals, group: Group, ladder: Ladder) -> None:
    if group.is_on_hold:
        totals.on_hold += group.deals
        totals.on_hold_potential += group.potential or 0
        return
    chance = ladder.chance_from(group.place) or Fraction(0)
    totals.count += group.deals
    totals.unstaged += 0 if ladder.steps else group.deals
    totals.no_potential += group.deals - group.priced
    totals.potential += group.potential or 0
    totals.expected_wins += group.deals * chance
    totals.expected_income += (group.potential or 0) * chance
