"""How good guesses were: Brier score, log loss, calibration by tenths, bias, coverage. Pure.

Brier: mean of (guess - outcome)^2. Log loss: mean of -log(the chance given to what happened). The less, the better.
Calibration error: the mean distance between the chance given and the share that came true, tenth by tenth.
"""

from dataclasses import dataclass

import numpy as np

from plugins.reports.forecast.engine.history import Array

TENTHS = 10
SURE = 1e-4


@dataclass(frozen=True)
class Tenth:
    """The guesses between two tenths: how many, what they said on average, and what share came true."""

    count: int
    said: float
    was: float


@dataclass(frozen=True)
class Score:
    """The quality of one method's guesses."""

    count: int
    brier: float
    log_loss: float
    error: float
    tenths: tuple[Tenth, ...]


def score(guess: Array, outcome: Array) -> Score:
    """Returns the scores of guesses of something that happened (1) or didn't (0)."""
    if not len(guess):
        return Score(0, 0.0, 0.0, 0.0, ())
    clipped = np.clip(guess, SURE, 1 - SURE)
    loss = -np.mean(np.where(outcome > 0, np.log(clipped), np.log(1 - clipped)))
    tenth = np.minimum((guess * TENTHS).astype(int), TENTHS - 1)
    count = np.bincount(tenth, minlength=TENTHS)
    said, was = (np.bincount(tenth, values, minlength=TENTHS) for values in (guess, outcome.astype(float)))
    found = tuple(Tenth(int(n), float(a / n), float(b / n)) for n, a, b in zip(count, said, was, strict=True) if n)
    error = sum(one.count * abs(one.said - one.was) for one in found) / len(guess)
    return Score(len(guess), float(np.mean((guess - outcome) ** 2)), float(loss), float(error), found)


def shock_of(logs: list[float], usual: float, strength: float = 3.0) -> float:
    """Returns how much whole months differ beyond chance, from the logarithms of fact / forecast; `usual` while few."""
    squares = sum(one**2 for one in logs)
    return float(np.sqrt((squares + strength * usual**2) / (len(logs) + strength)))
