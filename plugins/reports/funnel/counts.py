"""Counts of closed deals, place by place: from groups of the database, and from sums that were kept of them.

Pure. A lost deal is lost where it ended, a won one passed every place of its version; `missed` are those that passed a
place without standing there. All of it adds up, so the counts of two sets of deals are their sum.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from plugins.reports.funnel.ladders import Ladder

WON, LOST = "won", "lost"
FINAL, FURTHEST, VISITED = "final", "furthest", "visited"
COUNTINGS = (FINAL, FURTHEST, VISITED)


class Group(NamedTuple):
    """Deals that ended alike: how many, how many of them have a potential, and their sums.

    `place` is where they ended in the chosen counting; `stood_at` is the mask of the places they ever stood at.
    """

    version_id: int
    place: int | None
    state: str
    stood_at: int
    key: Hashable
    deals: int
    priced: int
    potential: int | None
    amount: int | None


class Sum(NamedTuple):
    """What became of some deals at one place, counted as FINAL; what tells of whole deals stands at place 0."""

    version_id: int
    place: int
    key: Hashable
    lost: int
    lost_potential: int
    missed: int
    won: int
    won_potential: int
    won_amount: int
    unpriced: int


@dataclass(slots=True)
class ClosedTotals:
    """What a whole funnel, or one group of it, comes to; it counts deals, not stages."""

    won: int = 0
    lost: int = 0
    won_amount: int = 0
    won_potential: int = 0
    lost_potential: int = 0
    no_potential: int = 0

    def add(self, other: "ClosedTotals") -> None:
        """Adds the totals of another part."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def closed(self) -> int:
        """How many deals were closed."""
        return self.won + self.lost

    @property
    def win_rate(self) -> float | None:
        """The share of closed deals that were won, or None when there are none."""
        return self.won / self.closed if self.closed else None


def count_groups(
    ladders: Mapping[int, Ladder], groups: Iterable[Group], sums: Iterable[Sum] = (), *, counting: str = FINAL
) -> dict[tuple[int, Hashable], "Counts"]:
    """Returns the counts by version and key; each deal counts by its own version of its type."""
    counts: dict[tuple[int, Hashable], Counts] = {}
    is_visited = counting == VISITED
    for version_id, place, state, stood_at, key, deals, priced, potential, amount in groups:
        count = counts.get((version_id, key))
        if count is None:
            count = counts[version_id, key] = Counts(ladders[version_id])
        count.unpriced += deals - priced
        if state == WON:
            count.won_amount += amount or 0
            count.won_potential += potential or 0
            count.won += deals
            end = count.size
        else:
            end = min(max(place or 0, 0), count.size - 1)
            count.lost[end] += deals
            count.lost_potential[end] += potential or 0
        if is_visited:
            count.visit(stood_at, end, deals, potential or 0)
        else:
            met = count.met
            for skipped in _skipped_places(end, stood_at | count.stands):
                met[skipped] += deals
    for one in sums:
        if (one.version_id, one.key) not in counts:
            counts[one.version_id, one.key] = Counts(ladders[one.version_id])
        counts[one.version_id, one.key].add(one)
    return counts


class Counts:
    """The running counts of one version and key; the last place stands in for a ladder without stages."""

    def __init__(self, ladder: Ladder) -> None:
        self.size = max(len(ladder.steps), 1)
        self.stands = 0 if ladder.steps else 1  # where there are no stages, every deal stood at the only place
        self.won = self.won_potential = self.won_amount = self.unpriced = 0
        self.lost, self.lost_potential = [0] * self.size, [0] * self.size
        # Deals missing at a place they passed, or, when real visits count, deals that stood there.
        self.met, self.met_potential = [0] * self.size, [0] * self.size

    def visit(self, stood_at: int, end: int, deals: int, potential: int) -> None:
        """Counts deals at each place where they really stood."""
        for met in _visited_places(self.size, stood_at | self.stands, end):
            self.met[met] += deals
            self.met_potential[met] += potential

    def add(self, one: Sum) -> None:
        """Adds what was kept of some deals at a place."""
        self.lost[one.place] += one.lost
        self.lost_potential[one.place] += one.lost_potential
        self.met[one.place] += one.missed
        self.won += one.won
        self.won_potential += one.won_potential
        self.won_amount += one.won_amount
        self.unpriced += one.unpriced

    def sums(self, version_id: int, key: Hashable) -> Iterator[Sum]:
        """Yields what is to be kept, one place after another."""
        whole = (self.won, self.won_potential, self.won_amount, self.unpriced)
        for place, line in enumerate(zip(self.lost, self.lost_potential, self.met, strict=True)):
            yield Sum(version_id, place, key, *line, *(whole if place == 0 else (0, 0, 0, 0)))

    def totals(self) -> ClosedTotals:
        """Returns what the deals come to."""
        lost, lost_potential = sum(self.lost), sum(self.lost_potential)
        return ClosedTotals(self.won, lost, self.won_amount, self.won_potential, lost_potential, self.unpriced)

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
