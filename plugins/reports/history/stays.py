"""Stays at stages, counted by how they ended and roughly how long they took; the exact middle is asked for afterwards.

Pure. A stay belongs to a cell (type, stage, key). Times are whole microseconds; `bucket` is a time without its last
part (`BUCKET_US`), so that millions of stays are a few thousand counts.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

BUCKET_US = 16 * 3_600_000_000
PASSED, LOST, RETURNED = range(3)
HALF, MOST = Fraction(1, 2), Fraction(4, 5)
Cell = tuple[int, int, Hashable]


class Left(NamedTuple):
    """Deals that left a stage: how, how many stays ended by a return, and half and 80 % of their times there."""

    deals: int = 0
    passed: int = 0
    lost: int = 0
    returned: int = 0
    returns: int = 0
    median_us: int | None = None
    most_us: int | None = None

    @property
    def conversion(self) -> float | None:
        """The share that went on of those whose way is decided; a deal that went back is not."""
        decided = self.passed + self.lost
        return self.passed / decided if decided else None


class Rank(NamedTuple):
    """The place of a time among those of its bucket, the shortest being 1."""

    bucket: int
    nth: int


@dataclass
class Stays:
    """The counts: of ways out, of returns, of buckets; and times of which there are more, or fewer, than were counted.

    A time of a deal that left a stage twice is none of those that the database counted: it takes their place.
    """

    is_whole: bool = False  # whether all keys are counted together
    versions: set[int] = field(default_factory=set)
    ways: Counter[tuple[Cell, int]] = field(default_factory=Counter)
    returns: Counter[Cell] = field(default_factory=Counter)
    buckets: dict[Cell, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    exchanged: dict[Cell, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, cell: Cell, way: int, bucket: int, stays: int) -> None:
        """Counts stays that ended in one way."""
        self.ways[cell, way] += stays
        self.buckets[cell][bucket] += stays
        self.returns[cell] += stays * (way == RETURNED)

    def exchange(self, cell: Cell, way: int, time_us: int, sign: int, returns: int) -> None:
        """Adds (or takes off, where `sign` is -1) one deal's time at a stage, with how often it was sent back."""
        self.ways[cell, way] += sign
        self.buckets[cell][time_us // BUCKET_US] += sign
        self.exchanged[cell][time_us] += sign
        self.returns[cell] += sign * returns

    def as_one(self) -> "Stays":
        """Returns the same of all keys together."""
        whole = Stays(is_whole=True, versions=self.versions)
        for (cell, way), deals in self.ways.items():
            whole.ways[without_key(cell), way] += deals
        for cell, returns in self.returns.items():
            whole.returns[without_key(cell)] += returns
        for mine, theirs in ((self.buckets, whole.buckets), (self.exchanged, whole.exchanged)):
            for cell, counts in mine.items():
                for time, stays in counts.items():
                    theirs[without_key(cell)][time] += stays
        return whole

    def ranks(self) -> dict[Cell, tuple[Rank, Rank]]:
        """Returns which times are the middle and the 80th of a hundred of each cell."""
        return {cell: (_rank(counts, HALF), _rank(counts, MOST)) for cell, counts in self.buckets.items() if +counts}

    def wanted(self) -> set[tuple[int, int]]:
        """Returns the stages and buckets in which those times are to be looked for."""
        return {(cell[1], rank.bucket) for cell, ranks in self.ranks().items() for rank in ranks}

    def counted(self, times: Mapping[Cell, Counter[int]]) -> dict[Cell, Left]:
        """Returns the numbers of each cell; `times` are those that the database has in the buckets wanted."""
        found = {}
        for cell, ranks in self.ranks().items():
            exact = Counter(times.get(cell, ()))
            exact.update(self.exchanged.get(cell, ()))
            ways = [self.ways[cell, way] for way in (PASSED, LOST, RETURNED)]
            found[cell] = Left(sum(ways), *ways, self.returns[cell], *(_nth(exact, rank) for rank in ranks))
        return found


def without_key(cell: Cell) -> Cell:
    """Returns the cell in which all keys are counted together."""
    return (*cell[:2], None)


def _rank(counts: Mapping[int, int], share: Fraction) -> Rank:
    left = math.ceil(sum(counts.values()) * share)
    for bucket in sorted(counts):
        if left <= counts[bucket]:
            return Rank(bucket, left)
        left -= counts[bucket]
    raise ValueError("there is no such share of nothing")


def _nth(times: Mapping[int, int], rank: Rank) -> int | None:
    left, time = rank.nth, None
    for time in sorted(time for time, stays in times.items() if stays > 0 and time // BUCKET_US == rank.bucket):
        if left <= times[time]:
            return time
        left -= times[time]
    return time  # somebody moved a deal since the buckets were counted: the nearest is all that can be told
