"""The seasons of won money and a forecast of twelve months, by exponential smoothing of Holt and Winters (statsmodels).

Level, damped trend and twelve seasonal factors that multiply, each where the months show it beyond chance; the range is
taken from simulated paths of the model.
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
    series = np.asarray(values, dtype=float)
    scale = float(series.mean()) or 1.0
    is_multiplied = bool((series > 0).all())
    fitted, has_seasons = _fitted(series / scale, "mul" if is_multiplied else "add")
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
        "has_seasons": has_seasons,
        "error": float(np.mean(np.abs(np.asarray(fitted.fittedvalues) * scale - series)) / scale),
    }


def _fitted(series: np.ndarray, kind: str) -> tuple[Any, bool]:
    """Returns the model that explains the months best for its size (corrected Akaike), and whether it has seasons.

    Twelve seasons fit what came by chance too: two years of a few large deals would be taken for a strong December.
    """
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # a second to load: only when it is asked for

    found = []
    for has_seasons, trend in ((True, "add"), (True, None), (False, "add"), (False, None)):
        model = ETSModel(
            series,
            error=kind,
            trend=trend,
            damped_trend=trend is not None,
            seasonal=kind if has_seasons else None,
            seasonal_periods=YEAR if has_seasons else None,
            initialization_method="heuristic",
        )
        fitted = model.fit(disp=False, maxiter=200)
        found.append((float(np.nan_to_num(fitted.aicc, nan=np.inf)), len(found), fitted, has_seasons))
    _aicc, _place, best, has_seasons = min(found)
    return best, has_seasons


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
