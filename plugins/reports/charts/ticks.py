"""The ticks of a chart's axis of numbers: round ones, in words that the reader's language writes. Pure.

Vega writes numbers as English does, on screen and on paper, so each tick brings its own words.
"""

import json
from collections.abc import Callable, Iterable
from math import ceil, floor, log10
from typing import Any

from core.api import format_number
from plugins.reports.words import compact

USUAL = 5
# Up to what a step, in its power of ten, is rounded to what: so there are about USUAL of them.
ROUND = ((2**0.5, 1), (10**0.5, 2), (50**0.5, 5), (10, 10))


def number_axis(
    values: Iterable[float | None], words: Callable[[float], str] | None = None, *, least_step: float = 0
) -> dict[str, Any]:
    """Returns the ticks and their words, as an axis of Vega-Lite has them, from nought to the farthest of the values.

    Numbers are written in few signs (`words.compact`), or as `words` says.
    """
    known = [0.0, *(float(value) for value in values if value is not None)]
    least, most = min(known), max(known)
    step = max(_step((most - least) / USUAL), least_step)
    numbers = [float(step * place) for place in range(ceil(least / step), floor(most / step) + 1)]
    written = words or _usual(step)
    tests = [
        f"datum.value === {json.dumps(one)} ? {json.dumps(written(one), ensure_ascii=False)} : " for one in numbers
    ]
    return {"values": numbers, "labelExpr": "".join(tests) + '""'}


def _step(rough: float) -> float:
    """Returns the round step that is next to `rough`."""
    if not rough:
        return 1.0
    power = 10.0 ** floor(log10(rough))
    return power * next((rounded for limit, rounded in ROUND if rough / power < limit), 10)


def _usual(step: float) -> Callable[[float], str]:
    digits = max(0, -floor(log10(step)))
    return compact if not digits else lambda number: format_number(number, digits)
