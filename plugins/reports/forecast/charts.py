"""Vega-Lite specifications of forecasts: bars with a range, what came, the curve of calibration. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.api import format_percent
from plugins.reports.charts.funnels import LIGHT, LOST, PASSED, SCHEMA
from plugins.reports.charts.ticks import number_axis

GREY = "#64748b"
HEIGHT = 260
HINT = {"field": "hint", "type": "nominal"}


@dataclass(frozen=True)
class Span:
    """A bar from nought to `value` with a range over it, and a point for what came; None where there is none."""

    label: str
    value: float
    hint: str
    low: float | None = None
    high: float | None = None
    fact: float | None = None
    is_light: bool = False
    link: str = ""


def span_chart(spans: Sequence[Span], *, said: str, fact: str = "", is_flat: bool = False) -> dict[str, Any]:
    """Returns the chart of bars with their ranges; `is_flat` lays them on their side, for names that are long.

    `said` and `fact` name the bars and the points.
    """
    along, across = ("y", "x") if is_flat else ("x", "y")
    axis = {"title": None, "domain": False, "ticks": False, "labelPadding": 8, "labelLimit": 190}
    if not is_flat:
        axis |= {"labelAngle": -40 if len(spans) > 6 else 0, "labelOverlap": True}
    names = {along: {"field": "label", "type": "nominal", "sort": [span.label for span in spans], "axis": axis}}
    values = [_value(span, said) for span in spans]
    has_facts = any(span.fact is not None for span in spans)
    series = [said, fact] if has_facts else [said]
    colour = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": series, "range": [PASSED, LOST][: len(series)]},
        "legend": {"orient": "top", "title": None} if has_facts else None,
    }
    layers = [_bars(values, names, across, colour), _ranges(values, names, across)]
    if has_facts:
        layers.append(_facts(values, names, across, colour, fact))
    return _chart(layers, {"step": 38} if is_flat else HEIGHT)


def curve_chart(points: Sequence[tuple[float, float, int, str]], *, said: str, was: str) -> dict[str, Any]:
    """Returns the curve of calibration: what was said against what came true, beside the line of perfect guesses."""
    values = [{"said": a, "was": b, "count": count, "hint": hint} for a, b, count, hint in points]
    share = {"type": "quantitative", "scale": {"domain": [0, 1]}}
    ticks = number_axis([1], format_percent)
    layers = [
        {
            "data": {"values": [{"said": 0, "was": 0}, {"said": 1, "was": 1}]},
            "mark": {"type": "line", "color": GREY, "strokeDash": [4, 3], "strokeWidth": 1.2},
            "encoding": {
                "x": {"field": "said", **share, "axis": {"title": said, **ticks}},
                "y": {"field": "was", **share, "axis": {"title": was, **ticks}},
            },
        },
        {
            "data": {"values": values},
            "mark": {"type": "line", "color": LIGHT, "strokeWidth": 2},
            "encoding": {"x": {"field": "said", **share}, "y": {"field": "was", **share}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "color": PASSED, "opacity": 1},
            "encoding": {
                "x": {"field": "said", **share},
                "y": {"field": "was", **share},
                "size": {"field": "count", "type": "quantitative", "legend": None, "scale": {"range": [30, 260]}},
                "tooltip": HINT,
            },
        },
    ]
    return _chart(layers, HEIGHT)


def _bars(values: list[dict], names: dict, across: str, colour: dict) -> dict[str, Any]:
    ticks = number_axis(value[name] for value in values for name in ("value", "high", "fact"))
    money = {"type": "quantitative", "axis": {"title": None, "grid": True, **ticks}}
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadius": 2},
        "encoding": {
            **names,
            across: {"field": "value", **money},
            "color": colour,
            "opacity": {"field": "ink", "type": "quantitative", "scale": None},
            "tooltip": HINT,
            "href": {"field": "link"},
        },
    }


def _ranges(values: list[dict], names: dict, across: str) -> dict[str, Any]:
    return {
        "data": {"values": [value for value in values if value["low"] is not None]},
        "mark": {"type": "rule", "color": GREY, "strokeWidth": 3.5},
        "encoding": {
            **names,
            across: {"field": "low", "type": "quantitative"},
            f"{across}2": {"field": "high"},
            "tooltip": HINT,
        },
    }


def _facts(values: list[dict], names: dict, across: str, colour: dict, fact: str) -> dict[str, Any]:
    return {
        "data": {"values": [{**value, "series": fact} for value in values if value["fact"] is not None]},
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
        "encoding": {
            **names,
            across: {"field": "fact", "type": "quantitative"},
            "color": colour,
            "tooltip": HINT,
        },
    }


def _value(span: Span, said: str) -> dict[str, Any]:
    return {
        "label": span.label,
        "value": span.value,
        "low": span.low,
        "high": span.high,
        "fact": span.fact,
        "hint": span.hint,
        "series": said,
        "ink": 0.45 if span.is_light else 1,
        "link": span.link or None,
    }


def _chart(layers: list[dict[str, Any]], height: Any) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }
