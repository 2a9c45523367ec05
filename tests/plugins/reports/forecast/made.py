"""A history whose chances are known: every stage is passed by a chance of its own, which some managers better."""

from dataclasses import dataclass

import numpy as np

from plugins.reports.forecast.engine.check import standing_of
from plugins.reports.forecast.engine.history import (
    DAY,
    LOST,
    MOVED,
    NONE,
    WON,
    History,
    Template,
    first_closing,
    places,
    read_history,
)
from plugins.reports.forecast.engine.model import Standing

TYPE, VERSION = 1, 1
TRUE = (0.6, 0.7, 0.5, 0.8, 0.9)
DAYS = 900


@dataclass(frozen=True)
class Made:
    """A history up to a day, and by deal and stage the true chance to be won."""

    history: History
    true: np.ndarray

    def standing(self, at: float) -> Standing:
        """Returns the deals that were open at a moment."""
        deals, stays = self.history.deals, self.history.stays
        is_open = (deals.opened < at) & ((deals.closed < 0) | (deals.closed > at))
        now = np.flatnonzero((stays.entered <= at) & ((stays.left < 0) | (stays.left > at)) & is_open[stays.deal])
        deal = stays.deal[now]
        columns = {
            "id": deals.id[deal],
            "stage": self.history.states[stays.state[now]] % (1 << 24),
            "owner": deals.owner[deal],
            "potential": deals.potential[deal],
        }
        return standing_of(self.history, columns, at)

    def outcome(self, standing: Standing, at: float) -> np.ndarray:
        """Returns how the deals were closed after a moment."""
        return first_closing(self.history.stays, places(self.history.deals.id, standing.id), at)[0]

    def truth(self, standing: Standing) -> np.ndarray:
        """Returns the true chance of each deal."""
        return self.true[places(self.history.deals.id, standing.id), standing.stage_id - 1]


def make(deals: int, *, seed: int = 1, said: tuple[float, ...] = TRUE, managers: float = 0.0, stay: float = 12) -> Made:
    """Returns a history of so many deals; `said` is what the template says, `managers` how much these differ."""
    rng = np.random.default_rng(seed)
    opened, owner = np.sort(rng.uniform(0, DAYS, deals)), rng.integers(1, 21, deals)
    skill = rng.normal(0, managers, 21)[owner] if managers else np.zeros(deals)
    odds = np.log(np.array(TRUE) / (1 - np.array(TRUE)))
    passing = 1 / (1 + np.exp(-(odds[None, :] + skill[:, None])))
    moment, is_open = opened.copy(), np.ones(deals, dtype=bool)
    state, closed = np.zeros(deals, dtype=int), np.full(deals, -1.0)
    visits = {name: [] for name in ("deal", "stage", "entered", "left", "outcome")}
    for place in range(len(TRUE)):
        passed = WON if place == len(TRUE) - 1 else MOVED
        way = np.where(rng.random(deals) < passing[:, place], passed, LOST)
        end = moment + rng.exponential(stay, deals)
        goes_on = end > DAYS
        here = np.flatnonzero(is_open)
        columns = (here + 1, np.full(len(here), place + 1), moment[here], np.where(goes_on, -1, end)[here],
                   np.where(goes_on, NONE, way)[here])  # fmt: skip
        for kept, values in zip(visits.values(), columns, strict=True):
            kept.append(values)
        ends = is_open & ~goes_on & (way != MOVED)
        state[ends], closed[ends] = way[ends], end[ends]
        is_open &= ~goes_on & (way == MOVED)
        moment = np.where(is_open, end, moment)
    return Made(_history(deals, opened, owner, state, closed, visits, said, rng), _win_chances(passing))


def _win_chances(passing: np.ndarray) -> np.ndarray:
    return passing[:, ::-1].cumprod(axis=1)[:, ::-1]


def _history(deals, opened, owner, state, closed, visits, said, rng) -> History:
    potential = rng.integers(100, 5_000, deals) * 10_000
    one = np.ones(deals, dtype=int)
    columns = {
        "id": np.arange(1, deals + 1), "type_id": one * TYPE, "version_id": one * VERSION, "owner": owner,
        "client": rng.integers(1, deals // 3 + 2, deals), "source": rng.integers(1, 4, deals), "state": state,
        "opened": moments(opened), "closed": moments(closed), "potential": potential,
        "amount": np.where(state == WON, potential, -1),
    }  # fmt: skip
    whole = {name: np.concatenate(parts) for name, parts in visits.items()}
    whole |= {name: moments(whole[name]) for name in ("entered", "left")}
    template = Template(VERSION, TYPE, tuple(range(1, len(TRUE) + 1)), said)
    return read_history({"deals": columns, "visits": whole}, [template])


def moments(days: np.ndarray) -> np.ndarray:
    """Returns days as the database keeps moments, -1 for never."""
    return np.where(days < 0, -1, days * DAY).astype(np.int64)
