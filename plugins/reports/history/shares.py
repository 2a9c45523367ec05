"""The Vega-Lite specification of shares of a whole: one bar for each name, parted in three colours. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plugins.reports.charts.funnels import LIGHT, LOST, PASSED, named_bars

STEP = 26
ROOM_FOR_WORDS = 1.3


@dataclass(frozen=True)
class Share:
    """One bar: its parts in the order of the colours, and the words beside it."""

    name: str
    parts: tuple[int, ...]
    words: str


def shares_chart(shares: Sequence[Share], names: tuple[str, str, str]) -> dict[str, Any]:
    """Returns the chart of these bars, each as long as the others; `names` are what the three parts are called."""
    pieces = []
    for share in shares:
        whole, start = sum(share.parts) or 1, 0.0
        for name, part in zip(names, share.parts, strict=True):
            end = start + part / whole
            pieces.append({"name": share.name, "part": name, "from": start, "to": end, "hint": f"{name}: {part}"})
            start = end
    across = {"type": "quantitative", "scale": {"domain": [0, ROOM_FOR_WORDS], "nice": False}, "axis": None}
    colour = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": list(names), "range": [PASSED, LIGHT, LOST]},
        "legend": {"orient": "top", "title": None, "labelFontSize": 12, "symbolType": "square"},
    }
    bars = {
        "data": {"values": pieces},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "from", **across},
            "x2": {"field": "to"},
            "color": colour,
            "tooltip": {"field": "hint", "type": "nominal"},
        },
    }
    words = {
        "data": {"values": [{"name": share.name, "at": 1, "words": share.words} for share in shares]},
        "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 12},
        "encoding": {"x": {"field": "at", "type": "quantitative"}, "text": {"field": "words"}},
    }
    return named_bars([share.name for share in shares], STEP, [bars, words])
