"""Vega-Lite specifications of funnels: one serves the browser, SVG and paper. Pure.

The bars are centred. Their middle is what passed and goes on as the full width of the next stage's bar; their two
flanks are what was lost there. Colours differ in brightness too, so that they part on grey paper and for the
colour-blind. Ink is left to the surroundings, so that charts follow light and dark.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
PASSED, LOST, LIGHT = "#12857b", "#f2983e", "#a6d8d2"
INK = "#1d273b"
FONT = "Noto Sans, DejaVu Sans, sans-serif"
STEP = 38
LABELS = 190
SMALL_LEGEND = {"labelFontSize": 10, "columnPadding": 6, "symbolSize": 70}
ROOM_FOR_SIGN = 0.045


@dataclass(frozen=True)
class Bar:
    """One stage: `whole` is the width of its bar and `core` that of its middle; the words are ready to be shown.

    `is_core_said` puts the words of a middle that is too narrow for them beside the bar.
    """

    stage: str
    whole: float
    core: float
    core_words: str
    side_words: str
    core_hint: str
    flank_hint: str
    core_link: str = ""
    flank_link: str = ""
    before: float | None = None
    before_hint: str = ""
    is_core_said: bool = True


def funnel_chart(
    bars: Sequence[Bar], core: str, flank: str, *, colours: tuple[str, str] = (PASSED, LOST), before: str = ""
) -> dict[str, Any]:
    """Returns the chart of one funnel; `core` and `flank` name the two colours, `before` the outline compared with."""
    widest = max([bar.whole for bar in bars] + [bar.before or 0 for bar in bars], default=0) or 1
    # As wide again on the right: the words beside the bars stand there.
    across = {"type": "quantitative", "scale": {"domain": [-widest / 2, widest], "nice": False}, "axis": None}
    layers = [_bars(bars, core, flank, colours, across), _core_words(bars, widest), _side_words(bars, widest)]
    if before:
        layers.insert(1, _outlines(bars, before, across))
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": {"step": STEP},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "encoding": {
            "y": {
                "field": "stage",
                "type": "nominal",
                "sort": [bar.stage for bar in bars],
                "scale": {"paddingInner": 0.1, "paddingOuter": 0.05},
                "axis": {
                    "title": None,
                    "domain": False,
                    "ticks": False,
                    "labelLimit": LABELS,
                    "labelPadding": 10,
                    "labelFontSize": 12,
                },
            }
        },
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }


def named_bars(names: Sequence[str], step: int, layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns the chart of bars that run to the right, one for each name, in the order given; a layer draws them."""
    axis = {"title": None, "domain": False, "ticks": False, "labelLimit": LABELS, "labelPadding": 10}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": {"step": step},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "encoding": {"y": {"field": "name", "type": "nominal", "sort": list(names), "axis": axis}},
        "layer": list(layers),
        "config": {"view": {"stroke": None}},
    }


def least_height(specification: Mapping[str, Any]) -> int:
    """Returns the pixels that a chart takes at least, for its place on a page; 0 where that is not known."""
    height = specification.get("height")
    if isinstance(height, Mapping):
        bars = specification.get("encoding", {}).get("y", {}).get("sort")
        return height["step"] * len(bars) if bars else 0
    return height if isinstance(height, int) else 0


def on_paper(specification: Mapping[str, Any], *, width: int, labels: int = LABELS) -> dict[str, Any]:
    """Returns a specification with a fixed width and dark ink on white.

    The names of its bars take at most `labels`, so that words beside the bars have room: 0 leaves them out.
    """
    ink = {"labelColor": INK, "labelFont": FONT, "titleFont": FONT}
    config = dict(specification.get("config", {}))
    config |= {
        "font": FONT,
        "background": "white",
        "axis": config.get("axis", {}) | ink | {"labels": bool(labels)},
        # One that is wider than the bars reaches over their names.
        "legend": config.get("legend", {}) | ink | {"layout": {"top": {"anchor": "end" if labels else "start"}}},
        "text": {"color": INK, "font": FONT},
    }
    layers = [_printed(layer) for layer in specification["layer"]]
    size = {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    encoding = specification.get("encoding", {})
    if axis := encoding.get("y", {}).get("axis"):
        narrow = {**axis, "labelLimit": min(axis.get("labelLimit", LABELS), labels)}
        encoding = {**encoding, "y": {**encoding["y"], "axis": narrow}}
    return {**specification, **size, "encoding": encoding, "layer": layers, "config": config}


def with_links(specification: Mapping[str, Any], address_of: Callable[[str], str]) -> dict[str, Any]:
    """Returns a specification whose bars lead to the lists behind them, as `address_of` says where those are."""
    return {**specification, "layer": [_with_links(layer, address_of) for layer in specification["layer"]]}


def _printed(layer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a layer without what needs a pointer; its legend is small enough to stand above half a page."""
    encoding = {name: channel for name, channel in layer["encoding"].items() if name not in ("href", "tooltip")}
    for name, channel in encoding.items():
        if channel.get("legend"):
            encoding[name] = {**channel, "legend": {**channel["legend"], **SMALL_LEGEND}}
    return {**layer, "encoding": encoding}


def _with_links(layer: Mapping[str, Any], address_of: Callable[[str], str]) -> Mapping[str, Any]:
    values = [
        {**value, "link": address_of(value["link"])} if value.get("link") else value
        for value in layer["data"]["values"]
    ]
    return {**layer, "data": {"values": values}}


def _bars(bars: Sequence[Bar], core: str, flank: str, colours: tuple[str, str], across: dict) -> dict[str, Any]:
    values = []
    for bar in bars:
        half, inner = bar.whole / 2, bar.core / 2
        pieces = [(core, -inner, inner, bar.core_hint, bar.core_link)]
        if half > inner:
            pieces.append((flank, -half, -inner, bar.flank_hint, bar.flank_link))
            pieces.append((flank, inner, half, bar.flank_hint, bar.flank_link))
        values += [
            {"stage": bar.stage, "part": part, "from": start, "to": end, "hint": hint, "link": link or None}
            for part, start, end, hint, link in pieces
        ]
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadius": 2},
        "encoding": {
            "x": {"field": "from", **across},
            "x2": {"field": "to"},
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {"domain": [core, flank], "range": list(colours)},
                "legend": {"orient": "top", "title": None, "labelFontSize": 12, "symbolType": "square"},
            },
            "tooltip": {"field": "hint", "type": "nominal"},
            "href": {"field": "link"},
        },
    }


def _outlines(bars: Sequence[Bar], title: str, across: dict) -> dict[str, Any]:
    values = [
        {"stage": bar.stage, "from": -bar.before / 2, "to": bar.before / 2, "hint": bar.before_hint}
        for bar in bars
        if bar.before is not None
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "fill": None, "stroke": "#7c8798", "strokeDash": [4, 3], "strokeWidth": 1.2},
        "encoding": {
            "x": {"field": "from", **across},
            "x2": {"field": "to"},
            "tooltip": {"field": "hint", "title": title},
        },
    }


def _core_words(bars: Sequence[Bar], widest: float) -> dict[str, Any]:
    fitting = [bar for bar in bars if _has_room(bar, widest)]
    return {
        "data": {"values": [{"stage": bar.stage, "words": bar.core_words} for bar in fitting]},
        "mark": {"type": "text", "color": "white", "fontWeight": 600, "fontSize": 12, "tooltip": None},
        "encoding": {"x": {"datum": 0}, "text": {"field": "words"}},
    }


def _side_words(bars: Sequence[Bar], widest: float) -> dict[str, Any]:
    values = [
        {
            "stage": bar.stage,
            "at": max(bar.whole, bar.before or 0) / 2,
            # Where the bar is too narrow for its number, the number stands first beside it.
            "words": _words_beside(bar, widest),
        }
        for bar in bars
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 12},
        "encoding": {"x": {"field": "at", "type": "quantitative"}, "text": {"field": "words"}},
    }


def _words_beside(bar: Bar, widest: float) -> str:
    if _has_room(bar, widest) or not bar.is_core_said or not bar.core:
        return bar.side_words
    return " · ".join(filter(None, (bar.core_words, bar.side_words)))


def _has_room(bar: Bar, widest: float) -> bool:
    return bar.core >= widest * ROOM_FOR_SIGN * max(len(bar.core_words), 4)
