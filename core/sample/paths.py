"""How one deal goes: from stage to stage until it is won, lost, or the present is reached. Pure.

Moments are microseconds since 1970, places count from 0.
"""

import random
from dataclasses import dataclass, field
from typing import NamedTuple

from core.sample.ladders import Ladder
from core.sample.seasons import Seasons

SKIPS, RETURNS, REOPENS, FORGOTTEN = 0.07, 0.04, 0.03, 0.012


class Visit(NamedTuple):
    """A stay at a place; `left` is None and `outcome` empty while it lasts."""

    place: int
    entered: int
    left: int | None
    outcome: str


class Ending(NamedTuple):
    """A time when the deal was won or lost; `reopened` is None unless it was opened again."""

    state: str
    at: int
    place: int
    reopened: int | None


@dataclass
class Way:
    """A deal's visits and endings, in order."""

    visits: list[Visit] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Returns open, won or lost."""
        if not self.endings or self.endings[-1].reopened is not None:
            return "open"
        return self.endings[-1].state


def walk(ladder: Ladder, opened: int, luck: float, weak_place: int | None, seasons: Seasons) -> Way:
    """Returns the way of a deal: `luck` is a factor on the chance to pass a stage, `weak_place` one that goes badly."""
    chance, way = seasons.chance, Way()
    place, entered, since = 0, opened, opened
    last = len(ladder.chances) - 1
    while True:
        left = seasons.after(since, _stay(ladder, chance))
        if left >= seasons.ends_at:
            way.visits.append(Visit(place, entered, None, ""))
            return way
        passes = ladder.chances[place] * luck * (0.6 if place == weak_place else 1.0)
        if chance.random() < passes:
            onward = _next_place(ladder, place, chance)
            outcome = "won" if onward > last else "returned" if onward < place else "passed"
            way.visits.append(Visit(place, entered, left, outcome))
            if onward > last:
                way.endings.append(Ending("won", left, place, None))
                return way
            place, entered, since = onward, left, left
            continue
        reopened = seasons.after(left, 5 + 35 * chance.random()) if chance.random() < REOPENS else seasons.ends_at
        if reopened >= seasons.ends_at:
            way.visits.append(Visit(place, entered, left, "lost"))
            way.endings.append(Ending("lost", left, place, None))
            return way
        # The visit in which a deal was lost goes on when it is opened again.
        way.endings.append(Ending("lost", left, place, reopened))
        since, luck = reopened, luck * 1.2


def _stay(ladder: Ladder, chance: random.Random) -> float:
    # A product of draws is skewed as real stays are: most are short, a few are long.
    days = ladder.days_a_stage * 4 * chance.random() * chance.random()
    return days * 12 if chance.random() < FORGOTTEN else days


def _next_place(ladder: Ladder, place: int, chance: random.Random) -> int:
    if not ladder.is_process:
        draw = chance.random()
        if draw < SKIPS and place + 2 < len(ladder.chances):
            return place + 2
        if draw > 1 - RETURNS and place > 1:
            return place - 1
    return place + 1
