"""The three ways of others to guess the chance to win, to be compared with: template, mean of four rates, naive Bayes.

Template: the chances to pass, multiplied from the deal's stage to the last one (Pipedrive, Espo, our open funnel).
Four rates: the plain mean of the won shares of stage, manager, client and deal type (1C: Trade Management 11).
Naive Bayes: Odoo's lead scoring: won and lost counts per value with 0.1 added, stage counted for all stages up to the
deal's; S(won) / (S(won) + S(lost)), kept between 0.01 and 99.99 %.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plugins.reports.forecast.engine.history import Array, History, Template, places

FOUR = ("stage", "owner", "client", "type")
BAYES = ("stage", "owner", "client", "type", "source", "size")
SMOOTHING = 0.1


@dataclass(frozen=True)
class Counts:
    """How many closed deals of each value were won and lost."""

    values: Array
    won: Array
    lost: Array

    def of(self, wanted: Array) -> tuple[Array, Array]:
        """Returns won and lost of each value; nought for values never seen."""
        at = places(self.values, wanted)
        if not len(self.values):
            return np.zeros(len(wanted)), np.zeros(len(wanted))
        return np.where(at >= 0, self.won[at], 0), np.where(at >= 0, self.lost[at], 0)


@dataclass(frozen=True)
class Rates:
    """Counts by property, and of all closed deals."""

    won: float
    lost: float
    counts: Mapping[str, Counts]


def learn_rates(history: History, closed: Array, is_won: Array, at: float, properties: Mapping[str, Array]) -> Rates:
    """Returns the counts of deals closed by a moment; a stage counts the deals that stood at it."""
    counts = {name: _count(values, is_won) for name, values in properties.items()}
    state_won = np.full(len(history.deals.id), -1)
    state_won[closed] = is_won
    stays = history.stays
    stood = np.flatnonzero((state_won[stays.deal] >= 0) & (stays.entered < at))
    # A deal that came to a stage twice counts once for it.
    once = np.unique(stays.deal[stood] * len(history.states) + stays.state[stood])
    deal, state = np.divmod(once, max(len(history.states), 1))
    counts["stage"] = _count(state, state_won[deal] == 1)
    return Rates(float(is_won.sum()), float(len(is_won) - is_won.sum()), counts)


def four_rates(rates: Rates, properties: Mapping[str, Array]) -> Array:
    """Returns the mean of the four rates of each deal; one that has no history gives the company's own."""
    usual = (rates.won + 0.5) / (rates.won + rates.lost + 1)
    found = []
    for name in FOUR:
        won, lost = rates.counts[name].of(properties[name])
        found.append(np.where(won + lost > 0, won / np.maximum(won + lost, 1), usual))
    return np.mean(found, axis=0)


def naive_bayes(rates: Rates, properties: Mapping[str, Array]) -> Array:
    """Returns the chance of each deal by naive Bayes; a value that was never seen says nothing."""
    for_won = np.full(len(properties["stage"]), np.log(rates.won + SMOOTHING))
    for_lost = np.full(len(properties["stage"]), np.log(rates.lost + SMOOTHING))
    for name in BAYES:
        won, lost = rates.counts[name].of(properties[name])
        is_known = won + lost > 0
        for_won += np.where(is_known, np.log((won + SMOOTHING) / (rates.won + SMOOTHING)), 0)
        for_lost += np.where(is_known, np.log((lost + SMOOTHING) / (rates.lost + SMOOTHING)), 0)
    return np.clip(1 / (1 + np.exp(np.clip(for_lost - for_won, -50, 50))), 0.0001, 0.9999)


def by_template(templates: Sequence[Template], version: Array, stage: Array, usual: float) -> Array:
    """Returns the product of the template's chances from each deal's stage to the end; `usual` without stages."""
    found = np.full(len(version), usual)
    for template in templates:
        chances = np.array(template.chances)[::-1].cumprod()[::-1]
        for stage_id, chance in zip(template.stages, chances, strict=True):
            found[(version == template.version_id) & (stage == stage_id)] = chance
    return found


def _count(values: Array, is_won: Array) -> Counts:
    found, codes = np.unique(values, return_inverse=True)
    won = np.bincount(codes, is_won, minlength=len(found))
    return Counts(found, won, np.bincount(codes, minlength=len(found)) - won)
