"""What is believed at a moment: hazards, factors and rates learned from what was known then. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from plugins.reports.forecast.bounds import BAYES, FOUR_RATES, OWN, TEMPLATE
from plugins.reports.forecast.engine.correcting import Correction
from plugins.reports.forecast.engine.factors import Factors, expit, learn_factors, logit, size_limits, sizes
from plugins.reports.forecast.engine.hazards import Hazards, learn_hazards
from plugins.reports.forecast.engine.history import WON, Array, History, Template, state_of
from plugins.reports.forecast.engine.outlook import OLDEST, Outlook
from plugins.reports.forecast.engine.rates import Rates, by_template, four_rates, learn_rates, naive_bayes

SURE = 20.0


@dataclass(frozen=True)
class Standing:
    """Deals that are open at a moment, by columns; `age` is how many days they have stood at their stage."""

    id: Array
    type_id: Array
    version_id: Array
    stage_id: Array
    owner: Array
    client: Array
    source: Array
    potential: Array
    age: Array


@dataclass(frozen=True)
class Model:
    """What is known at a moment; `brought` is what won deals brought of their potential, `closed` how many they are."""

    templates: tuple[Template, ...]
    hazards: Hazards
    factors: Factors
    rates: Rates
    brought: float
    closed: int

    def outlook(self, horizon: int) -> Outlook:
        """Returns the chances by state and age, up to `horizon` days ahead."""
        return Outlook(self.hazards, horizon)

    @cached_property
    def usual(self) -> float:
        """The share won of all closed deals."""
        return (self.rates.won + 0.5) / (self.rates.won + self.rates.lost + 1)


@dataclass(frozen=True)
class Chances:
    """The chances of open deals to be won in the end, by method, and how much of the own one falls within some days."""

    ever: Mapping[str, Array]
    own_state: Array
    spread: Mapping[int, Array]
    correction: Correction = Correction()

    def within(self, method: str, days: int) -> Array:
        """Returns the chance to be won within some days: the method's own, spread over time as stages last."""
        share = self.spread[days]
        return self.ever[method] * (self.correction.spread(share) if method == OWN else share)

    def put_right(self, correction: Correction) -> "Chances":
        """Returns the chances with the own ones put right by what earlier months missed."""
        own = correction.ever(self.ever[OWN])
        return replace(self, ever={**self.ever, OWN: own}, correction=correction)


def learn(history: History, at: float) -> Model:
    """Returns the model of what was known at a moment."""
    stays, deals = history.stays, history.deals
    hazards = learn_hazards(history, at)
    fresh = Outlook(hazards, 1).ever[:, 0]
    ends = np.flatnonzero((stays.exit >= WON) & (stays.left <= at) & (stays.left >= 0))
    # A deal that was re-opened and closed again counts by its last closing.
    ends = ends[np.append(stays.deal[ends[1:]] != stays.deal[ends[:-1]], True)] if len(ends) else ends
    closed, is_won = stays.deal[ends], stays.exit[ends] == WON
    limits = size_limits(deals.potential[closed])
    properties = _properties(history, closed, limits)
    middle = (np.searchsorted(stays.deal, closed) + ends) // 2
    begun = np.flatnonzero(stays.entered < at)
    factors = learn_factors(fresh[stays.state[middle]], is_won, properties, limits, fresh[stays.state[begun]])
    types = properties | {"type": deals.type_id[closed]}
    rates = learn_rates(history, closed, is_won, at, types)
    return Model(history.templates, hazards, factors, rates, _brought(history, closed[is_won]), len(closed))


def chances(model: Model, standing: Standing, horizons: tuple[int, ...]) -> Chances:
    """Returns the chances of open deals by every method, and their spread over each of the horizons in days."""
    state = state_of(model.hazards.states, standing.type_id, standing.stage_id)
    outlook = model.outlook(max([1, *horizons]))
    ages = np.minimum(np.maximum(standing.age, 0), OLDEST).astype(int)
    alone = outlook.ever[state, ages]
    size = sizes(standing.potential, model.factors.sizes)
    properties = {"owner": standing.owner, "client": standing.client, "source": standing.source, "size": size}
    found = {
        OWN: expit(logit(alone) + model.factors.of(properties)),
        TEMPLATE: by_template(model.templates, standing.version_id, standing.stage_id, model.usual),
    }
    known = properties | {"type": standing.type_id, "stage": state}
    found[FOUR_RATES], found[BAYES] = four_rates(model.rates, known), naive_bayes(model.rates, known)
    spread = {
        days: np.clip(outlook.won_within(state, ages, days) / np.maximum(alone, 1e-9), 0, 1) for days in set(horizons)
    }
    return Chances(found, alone, spread)


def _properties(history: History, deal: Array, limits: Array) -> dict[str, Array]:
    deals = history.deals
    return {
        "owner": deals.owner[deal],
        "client": deals.client[deal],
        "source": deals.source[deal],
        "size": sizes(deals.potential[deal], limits),
    }


def _brought(history: History, won: Array) -> float:
    """Returns what won deals brought of their potential; with few of them it is drawn towards all of it."""
    deals = history.deals
    known = won[(deals.potential[won] > 0) & (deals.amount[won] >= 0)]
    if not len(known):
        return 1.0
    share = deals.amount[known].sum() / deals.potential[known].sum()
    return float((share * len(known) + SURE) / (len(known) + SURE))
