"""Who needs help: managers who clearly lose more than the others, whose deals hang, or who talk little. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from plugins.reports.funnel.significance import Losses, judge

HANG, LOSE, IDLE = "hang", "lose", "idle"
# Fewer hanging deals than this are nobody's trouble.
FEWEST = 3


@dataclass(frozen=True)
class Standing:
    """What is known of a manager: what hangs and its potential, what was closed and lost lately, talks this week."""

    name: str
    hanging: int = 0
    hanging_potential: Decimal = Decimal(0)
    closed: int = 0
    lost: int = 0
    talks: int = 0
    id: int | None = None

    @property
    def win_rate(self) -> float | None:
        """The share of closed deals that were won, None without any."""
        return (self.closed - self.lost) / self.closed if self.closed else None


@dataclass(frozen=True)
class Helped:
    """A manager with the signs that help is needed."""

    standing: Standing
    signs: tuple[str, ...]


def who_needs_help(standings: Sequence[Standing]) -> list[Helped]:
    """Returns the managers, those with most signs first, then those with most potential hanging.

    *hang*: twice as much hangs as with the middle manager. *lose*: clearly more of the closed deals are lost than by
    the others, and not by chance (`funnel.significance`). *idle*: less than half as many talks as the middle one had.
    """
    usual_potential = median([one.hanging_potential for one in standings] or [Decimal(0)])
    usual_talks = median([one.talks for one in standings] or [0])
    losing = _losing(standings)
    found = []
    for place, one in enumerate(standings):
        signs = {
            LOSE: place in losing,
            HANG: one.hanging >= FEWEST and one.hanging_potential > 2 * usual_potential,
            IDLE: usual_talks > 0 and one.talks * 2 < usual_talks,
        }
        found.append(Helped(one, tuple(sign for sign, holds in signs.items() if holds)))
    return sorted(found, key=lambda one: (-len(one.signs), -one.standing.hanging_potential, one.standing.name))


def _losing(standings: Sequence[Standing]) -> set[int]:
    """Returns the places of those who clearly lose more; names are not told apart by, two may have the same."""
    cells: Mapping = {("", place): Losses(one.closed, one.lost) for place, one in enumerate(standings)}
    whole = Losses(sum(one.closed for one in standings), sum(one.lost for one in standings))
    return {place for (_all, place), verdict in judge(cells, {"": whole}).items() if verdict.is_worse}
