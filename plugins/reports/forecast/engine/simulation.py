"""The range of a forecast, by simulation: a seeded generator, so that the same question has the same answer. Pure.

In each simulation every open deal is won or not, by its chance within the period; new deals come, and bring sums that
new deals brought before. A shock common to all deals of a simulation stands for what moves a whole month (a price, a
strike, a holiday); its size is what earlier months showed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from plugins.reports.forecast.engine.history import Array

SIMULATIONS = 10_000
SHOCKS = 40
SEED = 20_261
LOW, HIGH = 0.10, 0.90
USUAL_SHOCK = 0.10
# Chances in steps of 1 / 65,536: four draws come out of each word of the generator.
FINE = 1 << 16
# As much at once as the processor's own cache holds.
AT_ONCE = 1 << 18
WORDS = np.iinfo(np.uint64).max


@dataclass(frozen=True)
class Range:
    """Between what a sum lies in eight simulations of ten, and its middle."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Arriving:
    """New deals: how many are expected to be won within the period, and the sums that such deals brought."""

    wins: float
    sums: Array

    @property
    def income(self) -> float:
        """What they are expected to bring."""
        return self.wins * float(self.sums.mean()) if len(self.sums) else 0.0

    def times(self, factor: float) -> "Arriving":
        """Returns so many times as many of them."""
        return replace(self, wins=self.wins * factor)


def simulate(
    chance: Array, worth: Array, arriving: Sequence[Arriving], shock: float, *, count: int = SIMULATIONS
) -> Range:
    """Returns the range of what open and new deals bring together."""
    sums = simulated_sums(chance, worth, arriving, shock, count=count)
    return Range(*(float(value) for value in np.quantile(sums, (LOW, 0.5, HIGH))))


def simulated_sums(
    chance: Array, worth: Array, arriving: Sequence[Arriving], shock: float, *, count: int = SIMULATIONS
) -> Array:
    """Returns what each simulation brings."""
    rng = np.random.Generator(np.random.SFC64(SEED))
    may = np.flatnonzero((chance > 0) & (worth > 0))
    chance, worth = chance[may], worth[may].astype(np.float32)
    each = count // SHOCKS
    found = np.zeros(each * SHOCKS)
    for place in range(SHOCKS):
        # The shocks are spread evenly over their distribution, which needs fewer of them than chance would.
        factor = np.exp(shock * NormalDist().inv_cdf((place + 0.5) / SHOCKS) - shock**2 / 2)
        own = slice(place * each, (place + 1) * each)
        found[own] = _open(rng, np.minimum(chance * factor, 1), worth, each)
        for new in arriving:
            found[own] += _new(rng, new, factor, each)
    return found


def _open(rng: np.random.Generator, chance: Array, worth: Array, count: int) -> Array:
    if not len(chance):
        return np.zeros(count)
    limit = np.minimum(np.rint(chance * FINE), FINE - 1).astype(np.uint16)
    found = np.empty(count)
    rows = max(AT_ONCE // len(chance), 1)
    for start in range(0, count, rows):
        size = min(rows, count - start)
        words = rng.integers(0, WORDS, -(-size * len(chance) // 4), dtype=np.uint64, endpoint=True)
        drawn = words.view(np.uint16)[: size * len(chance)].reshape(size, len(chance))
        found[start : start + size] = (drawn < limit).astype(np.float32) @ worth
    return found


def _new(rng: np.random.Generator, arriving: Arriving, factor: float, count: int) -> Array:
    if arriving.wins <= 0 or not len(arriving.sums):
        return np.zeros(count)
    wins = rng.poisson(arriving.wins * factor, count)
    drawn = arriving.sums[rng.integers(0, len(arriving.sums), int(wins.sum()))]
    return np.bincount(np.repeat(np.arange(count), wins), drawn, minlength=count)
