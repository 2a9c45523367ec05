"""The Vega-Lite specification of a ranking: one bar for each name, the greatest on top, its number beside it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plugins.reports.charts.funnels import LOST, PASSED, named_bars

STEP = 26
ROOM = 1.35


@dataclass(frozen=True)
class Rank:
    """One bar: how long it is, the words beside it, and the query of the list behind it."""

    label: str
    value: float
    words: str
    link: str = ""


def ranking_chart(ranks: Sequence[Rank], *, is_loss: bool = False, room: float = ROOM) -> dict[str, Any]:
    """Returns the chart of these bars, in the order given; a loss has the colour of lost deals.

    `room` is how much wider than the longest bar the chart is, for the words beside it.
    """
    widest = max((rank.value for rank in ranks), default=0) or 1
    across = {"type": "quantitative", "scale": {"domain": [0, widest * room], "nice": False}, "axis": None}
    values = [
        {"name": rank.label, "value": rank.value, "words": rank.words, "link": rank.link or None} for rank in ranks
    ]
    bars = {
        "data": {"values": values},
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadius": 2, "color": LOST if is_loss else PASSED},
        "encoding": {
            "x": {"field": "value", **across},
            "tooltip": {"field": "words", "type": "nominal"},
            "href": {"field": "link"},
        },
    }
    words = {
        "data": {"values": values},
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12},
        "encoding": {"x": {"field": "value", **across}, "text": {"field": "words"}},
    }
    return named_bars([rank.label for rank in ranks], STEP, [bars, words])
