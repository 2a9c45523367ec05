"""The Vega-Lite specification of a waterfall: from one total, step by step, to another. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plugins.reports.charts.funnels import LOST, PASSED, named_bars

STEP = 30
TOTAL = "#7c8798"
# Where little changes of much, the bars begin beyond nothing, so that the steps are seen.
SMALL = 0.5
ROOM_FOR_WORDS = 0.45


@dataclass(frozen=True)
class Fall:
    """One bar: a total, or by how much it goes up or down; the words stand beside it."""

    name: str
    value: float
    words: str
    is_total: bool = False
    link: str = ""


def waterfall_chart(falls: Sequence[Fall], up: str, down: str, total: str) -> dict[str, Any]:
    """Returns the chart of these bars, from top to bottom; the three words name the colours."""
    spans = _spans(falls)
    low = _lowest_shown([span for one in spans for span in one])
    high = max((max(span) for span in spans), default=0) or 1
    values = [
        {
            "name": fall.name,
            "from": low if fall.is_total else min(span),
            "to": max(span),
            "kind": total if fall.is_total else up if fall.value >= 0 else down,
            "words": fall.words,
            "link": fall.link or None,
        }
        for fall, span in zip(falls, spans, strict=True)
    ]
    scale = {"domain": [low, high + (high - low) * ROOM_FOR_WORDS], "nice": False}
    across = {"field": "from", "type": "quantitative", "scale": scale, "axis": None}
    return named_bars([fall.name for fall in falls], STEP, [_bars(values, across, (total, up, down)), _words(values)])


def _spans(falls: Sequence[Fall]) -> list[tuple[float, float]]:
    """Returns from where to where each bar goes: a total from nothing, a step from where the last one ended."""
    spans, level = [], 0.0
    for fall in falls:
        start = 0.0 if fall.is_total else level
        level = fall.value if fall.is_total else level + fall.value
        spans.append((start, level))
    return spans


def _lowest_shown(levels: Sequence[float]) -> float:
    reached = [level for level in levels if level]
    if not reached or min(reached) < max(reached) * SMALL:
        return min(0.0, *levels) if levels else 0.0
    return max(min(reached) - (max(reached) - min(reached)), 0.0)


def _bars(values: Sequence[dict[str, Any]], across: dict[str, Any], kinds: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "data": {"values": list(values)},
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadius": 2, "minBandSize": 2},
        "encoding": {
            "x": across,
            "x2": {"field": "to"},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": list(kinds), "range": [TOTAL, PASSED, LOST]},
                "legend": {"orient": "top", "title": None, "labelFontSize": 12, "symbolType": "square"},
            },
            "tooltip": {"field": "words", "type": "nominal"},
            "href": {"field": "link"},
        },
    }


def _words(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "data": {"values": [{"name": one["name"], "at": one["to"], "words": one["words"]} for one in values]},
        "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 12},
        "encoding": {"x": {"field": "at", "type": "quantitative"}, "text": {"field": "words"}},
    }
