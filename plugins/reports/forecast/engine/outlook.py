"""What hazards mean for a deal: the chance that it is won in the end, and how that chance spreads over the days. Pure.

A deal goes from stage to stage as a semi-Markov process: how long it stays and where it goes depends on the stage and
on the days it has stood there. W(h), the chance to be won within h days of entering a state, solves

    W_s(h) = won_s(h) + sum over u < h of moved_s(u) * sum over r of moves_sr * W_r(h - u)

day by day; skips and returns are moves like others.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from plugins.reports.forecast.engine.hazards import EDGES, Hazards
from plugins.reports.forecast.engine.history import Array

OLDEST = int(EDGES[-1])


@dataclass(frozen=True)
class Outlook:
    """Chances by state and age, up to `horizon` days ahead."""

    hazards: Hazards
    horizon: int

    @cached_property
    def _daily(self) -> tuple[Array, Array]:
        """For each state and day of age: the share that still stands there, and the shares that leave in each way."""
        days = OLDEST + self.horizon + 1
        span = np.searchsorted(EDGES, np.arange(days), side="right") - 1
        rates = self.hazards.rates[:, span, :]
        whole = rates.sum(axis=2)
        lasting = np.exp(-np.concatenate([np.zeros((len(rates), 1)), np.cumsum(whole, axis=1)], axis=1))
        leaving = (lasting[:, :-1] - lasting[:, 1:]) / np.maximum(whole, 1e-300)
        return lasting, rates * leaving[:, :, None]

    @cached_property
    def _moved(self) -> Array:
        """The share of those who entered that moves, by day; half of a day's moves count for the next."""
        moved = self._daily[1][:, :, 0]
        late = np.concatenate([np.zeros((len(moved), 1)), moved[:, :-1]], axis=1)
        return (moved + late) / 2

    @cached_property
    def within(self) -> Array:
        """The chance to be won within h days of entering each state, for h from 0 to the horizon."""
        won = np.cumsum(self._daily[1][:, :, 1], axis=1)
        size = len(won)
        found, onward = np.zeros((size, self.horizon + 1)), np.zeros((size, self.horizon + 1))
        moved = self._moved
        at_once = np.linalg.inv(np.eye(size) - moved[:, :1] * self.hazards.moves)
        for days in range(1, self.horizon + 1):
            later = np.einsum("su,su->s", moved[:, 1 : days + 1], onward[:, days - 1 :: -1][:, :days])
            found[:, days] = at_once @ (won[:, days - 1] + later)
            onward[:, days] = self.hazards.moves @ found[:, days]
        return found

    @cached_property
    def ever(self) -> Array:
        """The chance to be won in the end, by state and day of age."""
        lasting, leaving = self._daily
        rest = lasting[:, -1:]
        last = self.hazards.rates[:, -1, :] / np.maximum(
            self.hazards.rates[:, -1, :].sum(axis=1, keepdims=True), 1e-300
        )
        # From the back: what leaves on or after each day, and the tail beyond the last one.
        tail = np.cumsum(leaving[:, ::-1, :], axis=1)[:, ::-1, :] + rest[:, :, None] * last[:, None, :]
        whole = np.maximum(tail.sum(axis=2), 1e-300)
        moved, won = tail[:, :, 0] / whole, tail[:, :, 1] / whole
        size = len(moved)
        fresh = np.linalg.solve(np.eye(size) - moved[:, :1] * self.hazards.moves, won[:, 0])
        onward = self.hazards.moves @ fresh
        return np.clip(won + moved * onward[:, None], 0, 1)[:, : OLDEST + 1]

    def won_within(self, state: Array, age: Array, days: int) -> Array:
        """Returns for each deal the chance to be won within some days from now, given its state and days of age."""
        if days <= 0:
            return np.zeros(len(state))
        lasting, leaving = self._daily
        won = np.concatenate([np.zeros((len(lasting), 1)), np.cumsum(leaving[:, :, 1], axis=1)], axis=1)
        onward = (self.hazards.moves @ self.within)[:, : days + 1]
        # Who moves within a day does so in its middle: half of what is left then counts a day less.
        onward[:, 1:] = (onward[:, 1:] + onward[:, :-1]) / 2
        ages = np.minimum(age, OLDEST).astype(int)
        found = won[:, days : days + OLDEST + 1] - won[:, : OLDEST + 1]
        for place, moved in enumerate(leaving[:, :, 0]):
            found[place] += np.convolve(moved, onward[place])[days : days + OLDEST + 1]
        found /= np.maximum(lasting[:, : OLDEST + 1], 1e-300)
        return np.clip(found[state, ages], 0, 1)
