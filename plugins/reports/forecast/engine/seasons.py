"""The seasons of won money and a forecast of twelve months, by exponential smoothing of Holt and Winters (statsmodels).

Level, damped trend and twelve seasonal factors that multiply; the range is taken from simulated paths of the model.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

YEAR = 12
AHEAD = 12
PATHS = 2_000
SEED = 20_261


def seasons(values: Sequence[float]) -> dict[str, Any]:
    """Returns the factor of each place in the year and the months ahead, from at least two years of whole months.

    Place nought is the month of the first value. Months without money are possible: then factors are added to one
    another instead of multiplied.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # a second to load: only when it is asked for

    series = np.asarray(values, dtype=float)
    scale = float(series.mean()) or 1.0
    is_multiplied = bool((series > 0).all())
    kind = "mul" if is_multiplied else "add"
    model = ETSModel(
        series / scale,
        error=kind,
        trend="add",
        damped_trend=True,
        seasonal=kind,
        seasonal_periods=YEAR,
        initialization_method="heuristic",
    )
    fitted = model.fit(disp=False, maxiter=200)
    # Errors of our own: the argument that seeds those of statsmodels has another name in each of its versions.
    errors = np.random.default_rng(SEED).normal(0, np.sqrt(fitted.scale), (AHEAD, PATHS))
    paths = fitted.simulate(AHEAD, anchor="end", repetitions=PATHS, random_errors=errors)
    paths = np.maximum(np.asarray(paths).reshape(AHEAD, PATHS), 0) * scale
    low, high = np.quantile(paths, (0.1, 0.9), axis=1)
    expected = np.maximum(np.asarray(fitted.forecast(AHEAD)), 0) * scale
    return {
        "factors": _factors(series),
        "expected": expected.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "is_multiplied": is_multiplied,
        "error": float(np.mean(np.abs(np.asarray(fitted.fittedvalues) * scale - series)) / scale),
    }


def _factors(series: np.ndarray) -> list[float]:
    """Returns each place's factor: its months against the year around them (ratio to a moving average of a year)."""
    kernel = np.r_[0.5, np.ones(YEAR - 1), 0.5] / YEAR
    around = np.convolve(series, kernel, mode="valid")
    half = YEAR // 2
    inner = series[half : half + len(around)]
    ratio = np.where(around > 0, inner / np.maximum(around, 1e-9), 1.0)
    place = (np.arange(len(ratio)) + half) % YEAR
    found = np.array([ratio[place == number].mean() if (place == number).any() else 1.0 for number in range(YEAR)])
    return (found / found.mean()).tolist() if found.mean() > 0 else [1.0] * YEAR
