"""The back-test: each month is forecast with what was known when it began, and compared with what came. Pure.

What the months before it missed is known too by then: it puts right the month's own guess (`correcting`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from plugins.reports.forecast.bounds import METHODS, OWN
from plugins.reports.forecast.engine.arrivals import arriving, opened_before
from plugins.reports.forecast.engine.correcting import Correction, Guessed, Misses
from plugins.reports.forecast.engine.history import BY_TYPE, NO_STAGE, NONE, WON, Array, History, first_closing, places
from plugins.reports.forecast.engine.model import Chances, Standing, chances, learn
from plugins.reports.forecast.engine.scores import score, shock_of
from plugins.reports.forecast.engine.simulation import USUAL_SHOCK, Arriving, Range, simulate

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
    plain_logs: list[float] = field(default_factory=list)
    guesses: dict[str, list[Array]] = field(default_factory=lambda: {name: [] for name in METHODS})
    outcomes: list[Array] = field(default_factory=list)
    before: list[Array] = field(default_factory=list)
    misses: Misses = field(default_factory=Misses)
    still_open: int = 0


def check(history: History, months: Sequence[Month], now: float, tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Returns the report card of the months as plain data; `tell` hears how many of them are done."""
    found = Found()
    for done, month in enumerate(months):
        tell(done, len(months))
        _check_month(history, month, now, found)
    outcome = _whole(found.outcomes)
    scores = {name: asdict(score(_whole(parts), outcome)) for name, parts in found.guesses.items()}
    best = min(METHODS, key=lambda name: scores[name]["log_loss"]) if len(outcome) else OWN
    return {
        "months": found.months,
        "scores": scores,
        "before": asdict(score(_whole(found.before), outcome)),
        "correction": asdict(_correction_now(history, now, found.misses)),
        "best": best,
        "shock": shock_of(found.logs, USUAL_SHOCK),
        "still_open": found.still_open,
    }


def _check_month(history: History, month: Month, now: float, found: Found) -> None:
    model = learn(history, month.start)
    alone = chances(model, month.standing, (month.days,))
    correction = found.misses.correction(month.start, _of_all(history, month.standing, alone))
    guess = alone.put_right(correction)
    new = arriving(model.outlook(month.days), opened_before(history, month.start), 0, month.days)
    worth = np.maximum(month.standing.potential, 0) * model.brought
    end = min(month.start + month.days, now)
    brought = _income(history, month.start, end)
    plain = _forecast(alone, new, worth, month.days, shock_of(found.plain_logs, USUAL_SHOCK))
    right = [one.times(correction.inflow) for one in new]
    said = _forecast(guess, right, worth, month.days, shock_of(found.logs, USUAL_SHOCK))
    span = correction.range(said.range)
    found.months.append(
        {
            "start": month.start,
            "open": len(month.standing.id),
            "expected": said.by_method[OWN],
            "low": span.low,
            "high": span.high,
            "brought": brought,
            "by_method": plain.by_method | {OWN: said.by_method[OWN]},
            "expected_wins": said.wins,
            "wins": len(_won_within(history, month.start, end)),
            "before": {"expected": plain.by_method[OWN], "low": plain.range.low, "high": plain.range.high},
        }
    )
    for logs, one in ((found.plain_logs, plain), (found.logs, said)):
        if brought > 0 and one.by_method[OWN] > 0:
            logs.append(_beyond_chance(brought, one, worth))
    _score_deals(history, month, alone, guess, found)
    _note_misses(history, month, end, alone, new, found.misses)
    found.misses.note(brought, said.range)


@dataclass(frozen=True)
class Said:
    """What is forecast of a month: the own chances within it, new deals, sums by method, wins, the range."""

    within: Array
    new: list[Arriving]
    by_method: dict[str, float]
    range: Range

    @property
    def wins(self) -> float:
        """How many wins are expected, of open deals and of new ones."""
        return float(self.within.sum()) + sum(one.wins for one in self.new)


def _forecast(guess: Chances, new: list[Arriving], worth: Array, days: int, shock: float) -> Said:
    own, new_income = guess.within(OWN, days), sum(one.income for one in new)
    by_method = {name: float(guess.within(name, days) @ worth) + new_income for name in METHODS}
    return Said(own, new, by_method, simulate(own, worth, new, shock, count=CHECKED))


def _of_all(history: History, standing: Standing, alone: Chances) -> Array:
    """Returns the own chance of each of all deals, nan for those that are not open."""
    found = np.full(len(history.deals.id), np.nan)
    found[places(history.deals.id, standing.id)] = alone.ever[OWN]
    return found


def _correction_now(history: History, now: float, misses: Misses) -> Correction:
    deals = history.deals
    still = np.flatnonzero((deals.state == NONE) & (deals.opened <= now))
    stage = last_stages(history, still, now)
    columns = {"id": deals.id[still], "stage": stage, "owner": deals.owner[still], "potential": deals.potential[still]}
    standing = standing_of(history, columns, now)
    return misses.correction(now, _of_all(history, standing, chances(learn(history, now), standing, ())))


def _score_deals(history: History, month: Month, alone: Chances, guess: Chances, found: Found) -> None:
    place = places(history.deals.id, month.standing.id)
    how, when = first_closing(history.stays, place, month.start)
    found.misses.guessed.append(Guessed(place, alone.ever[OWN], how, when))
    known = how != NONE
    # Of late months only deals that closed fast are known: they would make the scores look other than they are.
    if known.sum() < LEAST_KNOWN * len(how):
        found.still_open += int((~known).sum())
        return
    found.outcomes.append((how[known] == WON).astype(float))
    found.before.append(alone.ever[OWN][known])
    for name in METHODS:
        found.guesses[name].append(guess.ever[name][known])
    found.still_open += int((~known).sum())


def _won_within(history: History, start: float, end: float) -> Array:
    deals = history.deals
    return np.flatnonzero((deals.state == WON) & (deals.closed >= start) & (deals.closed < end))


def _income(history: History, start: float, end: float) -> float:
    return float(np.maximum(history.deals.amount[_won_within(history, start, end)], 0).sum())


def _note_misses(
    history: History, month: Month, end: float, alone: Chances, new: list[Arriving], misses: Misses
) -> None:
    """Notes how many of the open and of the new deals were won, beside how many were expected of each."""
    won = history.deals.opened[_won_within(history, month.start, end)]
    misses.open_wins.append((float(alone.within(OWN, month.days).sum()), int((won < month.start).sum())))
    misses.new_wins.append((sum(one.wins for one in new), int((won >= month.start).sum())))


def _whole(parts: list[Array]) -> Array:
    return np.concatenate(parts) if parts else np.array([])


def _beyond_chance(brought: float, said: Said, worth: Array) -> float:
    """Returns the logarithm of fact / forecast, without what single deals make up by chance."""
    chance, expected = said.within, said.by_method[OWN]
    noise = float((chance * (1 - chance)) @ worth**2) + sum(
        one.wins * float(np.mean(one.sums**2)) for one in said.new if len(one.sums)
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


def last_stages(history: History, deal: Array, at: float) -> Array:
    """Returns the stage at which each deal stood at a moment; NO_STAGE for those without."""
    at_stay = _last_stay(history, deal, at)
    return np.where(at_stay >= 0, history.states[history.stays.state[at_stay]] % BY_TYPE, NO_STAGE)


def _last_stay(history: History, deal: Array, at: float) -> Array:
    stays = history.stays
    begun = np.flatnonzero(stays.entered <= at)
    last = np.full(len(history.deals.id), -1)
    last[stays.deal[begun]] = begun  # in order of time, so the last one stays
    return last[deal]


def _entered(history: History, deal: Array, at: float) -> Array:
    """Returns when each deal came to the stage at which it stood at a moment."""
    stays, at_stay = history.stays, _last_stay(history, deal, at)
    return np.where(at_stay >= 0, stays.entered[at_stay], history.deals.opened[deal])
