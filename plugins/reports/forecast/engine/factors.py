"""By how much a manager, a client, a source or a deal's size change the odds to win: shrunk factors. Pure.

The odds of a deal are those of its stage and age times one factor for each property: a logistic regression whose
offset is the outlook, with each factor drawn towards one. How strongly is learned (empirical Bayes): for a property
that doesn't tell deals apart, the spread of its effects becomes nought and so do they. The prior has Student's heavy
tails, so that one value that stands far out is believed without the others following it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from plugins.reports.forecast.engine.history import Array, places

SWEEPS = 12
FREEDOM = 3.0
LEAST_SPREAD = 1e-4
SIZES = 5
BOUND = 1e-4


@dataclass(frozen=True)
class Factor:
    """The effects of one property's values on the logarithm of the odds."""

    values: Array
    effects: Array
    spread: float

    def of(self, wanted: Array) -> Array:
        """Returns the effect of each value; nought for values that were never seen."""
        at = places(self.values, wanted)
        return np.where(at >= 0, self.effects[at] if len(self.effects) else 0.0, 0.0)


@dataclass(frozen=True)
class Factors:
    """All factors, what is common to all deals, and the sums at which the sizes part."""

    base: float
    factors: Mapping[str, Factor]
    sizes: Array

    def of(self, properties: Mapping[str, Array]) -> Array:
        """Returns the logarithm of what the odds of each deal are multiplied by."""
        return self.base + sum(factor.of(properties[name]) for name, factor in self.factors.items())


def size_limits(potential: Array) -> Array:
    """Returns the potentials at which deals part into as many small as large ones."""
    known = potential[potential >= 0]
    return np.unique(np.quantile(known, np.arange(1, SIZES) / SIZES)) if len(known) else np.array([])


def sizes(potential: Array, limits: Array) -> Array:
    """Returns the class of size of each deal, -1 for those without a potential."""
    return np.where(potential < 0, -1, np.searchsorted(limits, potential, side="right"))


def learn_factors(
    chance: Array, is_won: Array, properties: Mapping[str, Array], limits: Array, whole: Array
) -> Factors:
    """Returns the factors of closed deals: what the stage says, what became of them, and their properties.

    `whole` is what the stage says of all deals, open ones too: on the average of these the factors change nothing, so
    that deals which close fast, and are known earlier, don't shift the level.
    """
    offset, won = logit(chance), is_won.astype(float)
    parts = {name: np.unique(values, return_inverse=True) for name, values in properties.items()}
    effects = {name: np.zeros(len(values)) for name, (values, _codes) in parts.items()}
    spreads = dict.fromkeys(parts, 0.25)
    base, added = 0.0, np.zeros(len(won))
    for _sweep in range(SWEEPS if len(won) else 0):
        before = added.copy()
        base = _base(offset + added - base, won)
        added = base + sum((effects[name][codes] for name, (_values, codes) in parts.items()), np.zeros(len(won)))
        for name, (_values, codes) in parts.items():
            change, spreads[name] = _step(offset + added, won, codes, effects[name], spreads[name])
            effects[name] += change
            added += change[codes]
        if np.abs(added - before).max() < BOUND:
            break
    level = _level(logit(whole), float(np.mean(whole)) if len(whole) else 0.5, added - base)
    kept = {name: Factor(values, effects[name], spreads[name]) for name, (values, _codes) in parts.items()}
    return Factors(level, kept, limits)


def logit(chance: Array) -> Array:
    """Returns the logarithm of the odds of a chance."""
    clipped = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


def expit(value: Array) -> Array:
    """Returns the chance of a logarithm of odds."""
    return 1 / (1 + np.exp(-value))


def _step(score: Array, won: Array, codes: Array, effects: Array, spread: float) -> tuple[Array, float]:
    """Returns how one property's effects change by a Newton step, and the spread that they then have."""
    chance = expit(score)
    size = len(effects)
    slope = np.bincount(codes, won - chance, minlength=size)
    bend = np.bincount(codes, chance * (1 - chance), minlength=size)
    trust = (FREEDOM + 1) / (FREEDOM + effects**2 / spread) / spread
    changed = np.clip(effects + (slope - trust * effects) / (bend + trust), -8, 8)
    uncertain = 1 / (bend + trust)
    weight = (FREEDOM + 1) / (FREEDOM + changed**2 / spread)
    return changed - effects, max(float(np.mean(weight * changed**2 + uncertain)), LEAST_SPREAD)


def _base(score: Array, won: Array) -> float:
    found = 0.0
    for _round in range(8):
        chance = expit(score + found)
        found += float(np.sum(won - chance) / max(np.sum(chance * (1 - chance)), 1e-9))
    return float(np.clip(found, -8, 8))


def _level(offset: Array, wanted: float, effects: Array) -> float:
    """Returns what must be added so that the average of all chances stays what the stages say."""
    if not len(effects) or not len(offset):
        return 0.0
    spread = np.quantile(effects, np.linspace(0.005, 0.995, 100))
    score = np.quantile(offset, np.linspace(0.005, 0.995, 100))[:, None] + spread[None, :]
    return _base(score.ravel(), np.full(score.size, wanted))
