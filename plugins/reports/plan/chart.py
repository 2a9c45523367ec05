"""The Vega-Lite specification of a plan's progress: planned and done, added up week by week. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plugins.reports.charts.funnels import LOST, PASSED, SCHEMA
from plugins.reports.charts.ticks import number_axis


@dataclass(frozen=True)
class Point:
    """The sums until the end of a week; nothing is done yet in weeks to come."""

    week: str
    planned: int
    done: int | None
    words: str


def progress_chart(points: Sequence[Point], planned: str, done: str) -> dict[str, Any]:
    """Returns the chart of two lines; the words name them."""
    order = [point.week for point in points]
    lines = ((planned, LOST, [4, 3], [(one, one.planned) for one in points]),
             (done, PASSED, [1, 0], [(one, one.done) for one in points if one.done is not None]))  # fmt: skip
    x = {"field": "week", "type": "ordinal", "sort": order, "title": None, "axis": {"labelAngle": -45, "ticks": False}}
    ticks = number_axis([value for *_look, values in lines for _point, value in values], least_step=1)
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": 220,
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": [
            {
                "data": {
                    "values": [
                        {"week": one.week, "value": value, "line": name, "words": f"{one.week}: {one.words}"}
                        for one, value in values
                    ]
                },
                "mark": {"type": "line", "point": True, "strokeDash": dash, "color": colour},
                "encoding": {
                    "x": x,
                    "y": {"field": "value", "type": "quantitative", "title": None, "axis": ticks},
                    "color": {
                        "field": "line",
                        "type": "nominal",
                        "scale": {"domain": [planned, done], "range": [LOST, PASSED]},
                        "legend": {"orient": "top", "title": None, "symbolType": "stroke"},
                    },
                    "tooltip": {"field": "words", "type": "nominal"},
                },
            }
            for name, colour, dash, values in lines
        ],
        "config": {"view": {"stroke": None}},
    }
