"""The back-test: each month is forecast with what was known when it began, and compared with what came. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from plugins.reports.forecast.bounds import METHODS, OWN
from plugins.reports.forecast.engine.arrivals import arriving, opened_before
from plugins.reports.forecast.engine.history import NONE, WON, Array, History, first_closing, places
from plugins.reports.forecast.engine.model import Chances, Standing, chances, learn
from plugins.reports.forecast.engine.scores import score, shock_of
from plugins.reports.forecast.engine.simulation import USUAL_SHOCK, Arriving, simulate

LEAST_KNOWN = 0.8
CHECKED = 2_000


@dataclass(frozen=True)
class Month:
    """One month under test: when it began, how long it is, and the deals that were open then."""

    start: float
    days: int
    standing: Standing


@dataclass
class Found:
    """What the months showed so far."""

    months: list[dict[str, Any]] = field(default_factory=list)
    logs: list[float] = field(default_factory=list)
    guesses: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in METHODS})
    outcomes: list[Array] = field(default_factory=list)
    still_open: int = 0


def check(history: History, months: Sequence[Month], now: float, tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Returns the report card of the months as plain data; `tell` hears how many of them are done."""
    found = Found()
    for done, month in enumerate(months):
        tell(done, len(months))
        _check_month(history, month, now, found)
    outcome = np.concatenate(found.outcomes) if found.outcomes else np.array([])
    scores = {
        name: asdict(score(np.concatenate(parts) if parts else np.array([]), outcome))
        for name, parts in found.guesses.items()
    }
    best = min(METHODS, key=lambda name: scores[name]["log_loss"]) if len(outcome) else OWN
    return {
        "months": found.months,
        "scores": scores,
        "best": best,
        "shock": shock_of(found.logs, USUAL_SHOCK),
        "still_open": found.still_open,
    }


def _check_month(history: History, month: Month, now: float, found: Found) -> None:
    model = learn(history, month.start)
    guess = chances(model, month.standing, (month.days,))
    _score_deals(history, month, guess, found)
    end = min(month.start + month.days, now)
    brought = _income(history, month.start, end)
    new = arriving(model.outlook(month.days), opened_before(history, month.start), 0, month.days)
    new_income = sum(one.income for one in new)
    worth = np.maximum(month.standing.potential, 0) * model.brought
    by_method = {name: float(guess.within(name, month.days) @ worth) + new_income for name in METHODS}
    shock = shock_of(found.logs, USUAL_SHOCK)
    own = guess.within(OWN, month.days)
    span = simulate(own, worth, new, shock, count=CHECKED)
    found.months.append(
        {
            "start": month.start,
            "open": len(month.standing.id),
            "expected": by_method[OWN],
            "low": span.low,
            "high": span.high,
            "brought": brought,
            "by_method": by_method,
            "expected_wins": float(own.sum()) + sum(one.wins for one in new),
            "wins": _wins(history, month.start, end),
        }
    )
    if brought > 0 and by_method[OWN] > 0:
        found.logs.append(_beyond_chance(brought, by_method[OWN], own, worth, new))


def _score_deals(history: History, month: Month, guess: Chances, found: Found) -> None:
    place = places(history.deals.id, month.standing.id)
    how, _when = first_closing(history.stays, place, month.start)
    known = how != NONE
    # Of late months only deals that closed fast are known: they would make the scores look other than they are.
    if known.sum() < LEAST_KNOWN * len(how):
        found.still_open += int((~known).sum())
        return
    found.outcomes.append((how[known] == WON).astype(float))
    for name in METHODS:
        found.guesses[name].append(guess.ever[name][known])
    found.still_open += int((~known).sum())


def _won_within(history: History, start: float, end: float) -> Array:
    deals = history.deals
    return np.flatnonzero((deals.state == WON) & (deals.closed >= start) & (deals.closed < end))


def _income(history: History, start: float, end: float) -> float:
    return float(np.maximum(history.deals.amount[_won_within(history, start, end)], 0).sum())


def _wins(history: History, start: float, end: float) -> int:
    return len(_won_within(history, start, end))


def _beyond_chance(brought: float, expected: float, chance: Array, worth: Array, new: list[Arriving]) -> float:
    """Returns the logarithm of fact / forecast, without what single deals make up by chance."""
    noise = float((chance * (1 - chance)) @ worth**2) + sum(
        one.wins * float(np.mean(one.sums**2)) for one in new if len(one.sums)
    )
    log = np.log(brought / expected)
    return float(np.sign(log) * np.sqrt(max(log**2 - noise / expected**2, 0)))


def months_of(history: History, parts: Sequence[tuple[float, int, dict[str, Any]]]) -> Iterator[Month]:
    """Yields the months of plain columns, as the database gave them."""
    for start, days, columns in parts:
        yield Month(start, days, standing_of(history, columns, start))


def standing_of(history: History, columns: dict[str, Any], at: float) -> Standing:
    """Returns the deals that were open at a moment: what was then comes in columns, what never changes from history."""
    raw = {name: np.asarray(values, dtype=np.int64) for name, values in columns.items()}
    place = places(history.deals.id, raw["id"])
    known = place >= 0
    place, raw = place[known], {name: values[known] for name, values in raw.items()}
    deals = history.deals
    return Standing(
        id=raw["id"],
        type_id=deals.type_id[place],
        version_id=deals.version_id[place],
        stage_id=raw["stage"],
        owner=raw["owner"],
        client=deals.client[place],
        source=deals.source[place],
        potential=raw["potential"],
        age=at - _entered(history, place, at),
    )


def _entered(history: History, deal: Array, at: float) -> Array:
    """Returns when each deal came to the stage at which it stood at a moment."""
    stays = history.stays
    begun = np.flatnonzero(stays.entered <= at)
    last = np.full(len(history.deals.id), -1)
    last[stays.deal[begun]] = begun  # in order of time, so the last one stays
    at_stay = last[deal]
    return np.where(at_stay >= 0, stays.entered[at_stay], history.deals.opened[deal])
