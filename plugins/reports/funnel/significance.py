"""Says where somebody loses clearly more than the others at a stage, and not merely by chance. Pure.

Fisher's exact test, one-sided, of one manager against all the others together; corrected by Holm's method for
the number of cells that are judged at once, since among fifty managers on nine stages chance alone finds many.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import exp, lgamma

ENOUGH = 20
ERROR_RATE = 0.05
CLEAR_DIFFERENCE = 0.05


@dataclass(frozen=True)
class Losses:
    """How many deals stood at a stage (`n`) and how many of them were lost there."""

    n: int
    lost: int

    @property
    def share(self) -> float:
        """The share of deals lost, 0 when none stood here."""
        return self.lost / self.n if self.n else 0.0


@dataclass(frozen=True)
class Verdict:
    """What can be said of one cell: `is_judged` needs enough deals on both sides, `is_worse` a clear difference."""

    n: int
    share: float
    others: float
    is_judged: bool
    is_worse: bool


def judge(cells: Mapping[Hashable, Losses], company: Mapping[Hashable, Losses]) -> dict[Hashable, Verdict]:
    """Returns a verdict on each cell; its key is (stage, manager), that of `company` the stage alone."""
    chances: dict[Hashable, float] = {}
    others: dict[Hashable, Losses] = {}
    for key, own in cells.items():
        whole = company[key[0]]
        others[key] = Losses(whole.n - own.n, whole.lost - own.lost)
        if own.n >= ENOUGH and others[key].n >= ENOUGH:
            chances[key] = chance_of(own, others[key], ERROR_RATE)
    worse = {key for key in _holm(chances) if cells[key].share - others[key].share >= CLEAR_DIFFERENCE}
    return {
        key: Verdict(own.n, own.share, others[key].share, key in chances, key in worse) for key, own in cells.items()
    }


def chance_of(own: Losses, others: Losses, enough: float = 1.0) -> float:
    """Returns the chance to lose at least as many by luck alone, were there no difference (Fisher, one-sided).

    One above `enough` may come too small, but still above it: so a long tail need not be added up.
    """
    total, lost = own.n + others.n, own.lost + others.lost
    if own.lost * others.n <= others.lost * own.n:
        return 1.0  # not more than the others: nothing to test, and the tail would be long
    term = exp(_log_choose(lost, own.lost) + _log_choose(total - lost, own.n - own.lost) - _log_choose(total, own.n))
    chance, k = term, own.lost
    # Above its mean the distribution only falls, so the sum may stop where nothing more is added.
    while k < min(own.n, lost) and chance * 1e-12 < term and chance <= enough:
        term *= (lost - k) * (own.n - k) / ((k + 1) * (total - lost - own.n + k + 1))
        chance += term
        k += 1
    return min(chance, 1.0)


def _holm(chances: Mapping[Hashable, float]) -> set[Hashable]:
    found: set[Hashable] = set()
    for done, key in enumerate(sorted(chances, key=lambda key: chances[key])):
        if chances[key] > ERROR_RATE / (len(chances) - done):
            break
        found.add(key)
    return found


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
