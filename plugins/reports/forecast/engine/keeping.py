"""A model as plain data, to be kept between its making at night and a forecast at noon. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from plugins.reports.forecast.engine.factors import Factor, Factors
from plugins.reports.forecast.engine.hazards import Hazards
from plugins.reports.forecast.engine.history import Array, Template
from plugins.reports.forecast.engine.model import Model
from plugins.reports.forecast.engine.rates import Counts, Rates

DIGITS = 8


def to_plain(model: Model) -> dict[str, Any]:
    """Returns the model as lists, numbers and names."""
    hazards, factors, rates = model.hazards, model.factors, model.rates
    return {
        "states": hazards.states.tolist(),
        "rates": np.round(hazards.rates, DIGITS).tolist(),
        "moves": np.round(hazards.moves, DIGITS).tolist(),
        "strength": hazards.strength,
        "stays": hazards.stays.tolist(),
        "base": factors.base,
        "sizes": factors.sizes.tolist(),
        "factors": {name: _factor(one) for name, one in factors.factors.items()},
        "won": rates.won,
        "lost": rates.lost,
        "counts": {name: [part.tolist() for part in (c.values, c.won, c.lost)] for name, c in rates.counts.items()},
        "brought": model.brought,
        "closed": model.closed,
    }


def from_plain(plain: Mapping[str, Any], templates: tuple[Template, ...]) -> Model:
    """Returns the model that was kept; the templates are those of today."""
    hazards = Hazards(
        np.array(plain["states"], dtype=np.int64),
        np.array(plain["rates"]),
        np.array(plain["moves"]),
        plain["strength"],
        np.array(plain["stays"]),
    )
    factors = {name: Factor(_whole(one[0]), np.array(one[1]), one[2]) for name, one in plain["factors"].items()}
    counts = {name: Counts(_whole(one[0]), np.array(one[1]), np.array(one[2])) for name, one in plain["counts"].items()}
    return Model(
        templates,
        hazards,
        Factors(plain["base"], factors, np.array(plain["sizes"])),
        Rates(plain["won"], plain["lost"], counts),
        plain["brought"],
        plain["closed"],
    )


def _factor(factor: Factor) -> list[Any]:
    # What changes the odds by less than a hundredth is not worth its place: most of a hundred thousand clients.
    told = np.abs(factor.effects) >= 0.01
    return [factor.values[told].tolist(), np.round(factor.effects[told], 4).tolist(), factor.spread]


def _whole(values: list[int]) -> Array:
    return np.array(values, dtype=np.int64)
