"""The ticks of a chart's axis of numbers: round ones, in words that the reader's language writes. Pure.

Vega writes numbers as English does, on screen and on paper, so each tick brings its own words.
"""

import json
from collections.abc import Callable, Iterable
from math import ceil, floor, log10
from typing import Any

from core.api import format_number
from plugins.reports.words import compact

MOST = 5
ROUND = (1, 2, 5, 10)


def number_axis(
    values: Iterable[float | None], words: Callable[[float], str] | None = None, *, least_step: float = 0
) -> dict[str, Any]:
    """Returns the ticks and their words, as an axis of Vega-Lite has them, from nought to the farthest of the values.

    Numbers are written in few signs (`words.compact`), or as `words` says.
    """
    known = [0.0, *(float(value) for value in values if value is not None)]
    least, most = min(known), max(known)
    step = max(_step((most - least) / MOST), least_step)
    numbers = [float(step * place) for place in range(ceil(least / step), floor(most / step) + 1)]
    written = words or _usual(step)
    tests = [
        f"datum.value === {json.dumps(one)} ? {json.dumps(written(one), ensure_ascii=False)} : " for one in numbers
    ]
    return {"values": numbers, "labelExpr": "".join(tests) + '""'}


def _step(rough: float) -> float:
    """Returns the least round step that is not below `rough`."""
    if not rough:
        return 1.0
    power = 10.0 ** floor(log10(rough))
    return next((power * one for one in ROUND if power * one >= rough), power * ROUND[-1])


def _usual(step: float) -> Callable[[float], str]:
    digits = max(0, -floor(log10(step)))
    return compact if not digits else lambda number: format_number(number, digits)
