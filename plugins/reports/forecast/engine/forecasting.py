"""The forecast of one period: chances of the deals that are open, what new ones bring, and the range. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from plugins.reports.forecast.bounds import OWN
from plugins.reports.forecast.engine.arrivals import Opened, arriving
from plugins.reports.forecast.engine.correcting import Correction
from plugins.reports.forecast.engine.history import Array, state_of
from plugins.reports.forecast.engine.model import Model, Standing, chances
from plugins.reports.forecast.engine.outlook import OLDEST, Outlook
from plugins.reports.forecast.engine.simulation import simulate

DAYS_AHEAD = (7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 540, 730)


@dataclass(frozen=True)
class Question:
    """What is asked: the days from now at which the period begins and ends, the method, the shock of whole months.

    The correction is what earlier months taught; it puts right the own statistics alone.
    """

    first: int
    until: int
    method: str
    shock: float
    correction: Correction = Correction()


def forecast(model: Model, standing: Standing, opened: Opened, question: Question) -> dict[str, Any]:
    """Returns the chances by deal, the expected sums, and the range of all together, as plain data."""
    correction = question.correction if question.method == OWN else Correction()
    guess = chances(model, standing, (question.first, question.until)).put_right(question.correction)
    within = guess.within(question.method, question.until) - guess.within(question.method, question.first)
    worth = np.maximum(standing.potential, 0) * model.brought
    outlook = model.outlook(max(DAYS_AHEAD[-1], question.until))
    new = [one.times(correction.inflow) for one in arriving(outlook, opened, question.first, question.until)]
    span = correction.range(simulate(within, worth, new, question.shock))
    return {
        "ever": guess.ever[question.method].tolist(),
        "within": within.tolist(),
        "days": _usual_days(outlook, model, standing).tolist(),
        "by_method": {
            name: float((guess.within(name, question.until) - guess.within(name, question.first)) @ worth)
            for name in guess.ever
        },
        "open_income": float(within @ worth),
        "open_wins": float(within.sum()),
        "new_income": sum(one.income for one in new),
        "new_wins": sum(one.wins for one in new),
        "low": span.low,
        "middle": span.middle,
        "high": span.high,
        "brought": model.brought,
        "closed": model.closed,
        "strength": model.hazards.strength,
        "factors": _told(model, standing) if question.method == OWN else {},
    }


def standing_now(columns: Mapping[str, Sequence], at: float) -> Standing:
    """Returns the open deals of plain columns, as the database gave them; `entered` is in days."""
    raw = {name: np.asarray(values) for name, values in columns.items()}
    age = at - raw.pop("entered").astype(float)
    return Standing(age=age, **{name: values.astype(np.int64) for name, values in raw.items()})


def _usual_days(outlook: Outlook, model: Model, standing: Standing) -> Array:
    """Returns in how many days a deal is won, if it is: half of such deals sooner, half later."""
    state = state_of(model.hazards.states, standing.type_id, standing.stage_id)
    ages = np.clip(standing.age, 0, OLDEST).astype(int)
    half = outlook.ever[state, ages] / 2
    found, before, reached = np.full(len(state), float(DAYS_AHEAD[-1])), 0, np.zeros(len(state))
    is_open = np.ones(len(state), dtype=bool)
    for days in DAYS_AHEAD:
        within = outlook.won_within(state, ages, days)
        here = is_open & (within >= half)
        part = (half - reached) / np.maximum(within - reached, 1e-12)
        found = np.where(here, before + part * (days - before), found)
        is_open &= ~here
        before, reached = days, within
    return found


def _told(model: Model, standing: Standing) -> dict[str, list[list[float]]]:
    """Returns by how much each manager, client and source of these deals multiplies the odds."""
    return {
        name: [
            [int(value), float(np.exp(effect))]
            for value, effect in zip(values, model.factors.factors[name].of(values), strict=True)
        ]
        for name, values in ((name, np.unique(getattr(standing, name))) for name in ("owner", "source"))
    }
