"""What earlier forecasts missed, and how the next one is put right by it: the last step of the own statistics. Pure.

Five numbers, each learned from whole months before alone, and each drawn towards changing nothing while few are known:

- `base` and `slope` put right the chances: odds' = exp(base) * odds ** slope (Platt's scaling);
- `speed` how much sooner open deals are won than stages last: not won yet' = (not won yet) ** speed, which never
  makes more deals won in the end;
- `inflow` how many more new deals are won than came lately;
- `width` how much wider the range must be, so that 8 months of 10 lie within.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from plugins.reports.forecast.engine.factors import expit, logit
from plugins.reports.forecast.engine.history import NONE, WON, Array
from plugins.reports.forecast.engine.simulation import HIGH, LOW, Range

BINS = 120
FAR = 12.0
# How far the numbers usually lie from changing nothing (standard deviations of what is believed before any month).
USUAL_BASE, USUAL_SLOPE, USUAL_LEVEL = 0.2, 0.15, 0.15
# The range as it would be if the simulation were right, told as so many months.
USUAL_MONTHS = 10
# Two numbers fit what came by chance too, and by so much (Akaike): without more the chances stay as they are.
LEAST_GAIN = 2.0
WIDTHS = (0.5, 2.0)


@dataclass(frozen=True)
class Correction:
    """What is put right; as it stands here it changes nothing."""

    base: float = 0.0
    slope: float = 1.0
    speed: float = 1.0
    inflow: float = 1.0
    width: float = 1.0

    def ever(self, chance: Array) -> Array:
        """Returns the chances to be won in the end, put right."""
        return expit(self.base + self.slope * logit(chance))

    def spread(self, share: Array) -> Array:
        """Returns the share of the chance that falls within some days, put right."""
        return 1 - (1 - np.clip(share, 0, 1)) ** self.speed

    def range(self, found: Range) -> Range:
        """Returns the range, made as wide as it has to be."""
        low = found.middle - self.width * (found.middle - found.low)
        return Range(max(low, 0.0), found.middle, found.middle + self.width * (found.high - found.middle))


@dataclass(frozen=True)
class Guessed:
    """The deals that were open at a month's beginning: their places, the chances said, how and when they ended."""

    deal: Array
    chance: Array
    how: Array
    when: Array

    def became(self, at: float, today: Array) -> Array:
        """Returns what is known of each deal at a moment: 1 won, 0 lost, today's chance while open, nan if neither.

        Were the open ones left out, those that end fast would speak for all: deals are lost sooner than they are won.
        """
        closed = (self.how != NONE) & (self.when < at)
        return np.where(closed, self.how == WON, today[self.deal])


@dataclass
class Misses:
    """What months showed so far, before any of it was put right."""

    guessed: list[Guessed] = field(default_factory=list)
    open_wins: list[tuple[float, int]] = field(default_factory=list)
    new_wins: list[tuple[float, int]] = field(default_factory=list)
    off: list[float] = field(default_factory=list)

    def correction(self, at: float, today: Array) -> Correction:
        """Returns what the months before a moment teach for the next one; `today`: chances of all deals, or nan."""
        base, slope = _platt([(one, one.became(at, today)) for one in self.guessed])
        return Correction(base, slope, level(self.open_wins), level(self.new_wins), width(self.off))

    def note(self, brought: float, found: Range) -> None:
        """Notes how far a month lay from its middle, in widths of the range as simulated, and no later."""
        side = found.high - found.middle if brought >= found.middle else found.middle - found.low
        if side > 0:
            self.off.append(abs(brought - found.middle) / side)


def level(months: Sequence[tuple[float, int]]) -> float:
    """Returns by how much wins exceed those expected, from pairs of (expected, came), drawn towards 1.

    Months differ by more than chance does, so that their spread decides how many of them are worth believing.
    """
    expected, came = (np.array(column, dtype=float) for column in zip(*months, strict=True)) if months else ((), ())
    whole = float(np.sum(expected))
    if whole <= 0:
        return 1.0
    beyond = float(np.sum((came - expected) ** 2 / np.maximum(expected, 1)))
    trouble = max((beyond + USUAL_MONTHS) / (len(expected) + USUAL_MONTHS), 1.0)
    usual = trouble / USUAL_LEVEL**2
    return (float(np.sum(came)) + usual) / (whole + usual)


def width(off: Sequence[float]) -> float:
    """Returns how much wider a range must be, from how far months lay from its middle, in widths of the range."""
    usual = NormalDist()
    of_one = usual.inv_cdf(HIGH)
    believed = [usual.inv_cdf(0.5 + (place + 0.5) / USUAL_MONTHS / 2) / of_one for place in range(USUAL_MONTHS)]
    return float(np.clip(np.quantile([*believed, *off], HIGH - LOW, method="hazen"), *WIDTHS))


def _platt(guessed: Sequence[tuple[Guessed, Array]]) -> tuple[float, float]:
    score, count, won = _binned(guessed)
    base, slope = 0.0, 1.0
    for _round in range(20 if count.sum() else 0):
        chance = expit(base + slope * score)
        missed, bend = won - count * chance, count * chance * (1 - chance)
        pull = np.array([missed.sum() - base / USUAL_BASE**2, missed @ score - (slope - 1) / USUAL_SLOPE**2])
        cross = bend @ score
        bends = np.array([[bend.sum() + USUAL_BASE**-2, cross], [cross, bend @ score**2 + USUAL_SLOPE**-2]])
        step = np.linalg.solve(bends, pull)
        base, slope = base + step[0], slope + step[1]
        if np.abs(step).max() < 1e-6:
            break
    gain = _likely(score, count, won, base, slope) - _likely(score, count, won, 0, 1)
    if gain < LEAST_GAIN:
        return 0.0, 1.0
    return float(np.clip(base, -2, 2)), float(np.clip(slope, 0.25, 2))


def _likely(score: Array, count: Array, won: Array, base: float, slope: float) -> float:
    """Returns how likely (as a logarithm) what became of the deals is by chances put right so."""
    right = base + slope * score
    return float(np.sum(won * right - count * np.logaddexp(0, right)))


def _binned(guessed: Sequence[tuple[Guessed, Array]]) -> tuple[Array, Array, Array]:
    """Returns the logarithms of the odds said, how many deals were given each, and how many of those were won.

    A deal that stood open at the beginning of several months says one thing, not several: all guesses together weigh
    as much as there are deals. (Were each weighed by its own number of months, those lost at once would weigh most.)
    """
    if not guessed:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    became = np.concatenate([one for _guessed, one in guessed])
    known = ~np.isnan(became)
    deal = np.concatenate([one.deal for one, _became in guessed])[known]
    score = logit(np.concatenate([one.chance for one, _became in guessed]))[known]
    weight = np.full(len(deal), len(np.unique(deal)) / max(len(deal), 1))
    place = np.clip((score + FAR) / (2 * FAR) * BINS, 0, BINS - 1).astype(int)
    columns = (weight, weight * became[known], weight * score)
    count, won, said = (np.bincount(place, values, minlength=BINS) for values in columns)
    return said / np.maximum(count, 1e-9), count, won
