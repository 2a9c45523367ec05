"""The chart of a report of one's own: lines along time, bars for names, a heat map where rows meet columns."""

from collections.abc import Sequence
from typing import Any

from core.api import ReportMeasure, format_percent
from core.api import gettext as _
from plugins.reports.charts.funnels import LIGHT, PASSED, SCHEMA, named_bars
from plugins.reports.charts.ranking import Rank, ranking_chart
from plugins.reports.charts.ticks import number_axis
from plugins.reports.document import Chart
from plugins.reports.engine.asking import ALL, Answer
from plugins.reports.engine.axes import Axis
from plugins.reports.engine.behind import Behind
from plugins.reports.words import compact

MOST_BARS, MOST_LINES, MOST_CHARTS = 15, 8, 2
LINE_HEIGHT, CELL_STEP = 220, 26
COLOURS = (PASSED, "#f2983e", "#3f6fb5", "#b0518e", "#7a9c2f", "#8a6d3b", "#5f6b7a", "#d0514c")


def draw(found: Answer, behind: Behind) -> tuple[Chart, ...]:
    """Returns the charts of the first measures, each in the form that suits the axes."""
    if not found.wanted.axes or found.is_empty:
        return ()
    return tuple(_chart(found, behind, one, place) for place, one in enumerate(found.wanted.measures[:MOST_CHARTS]))


def _chart(found: Answer, behind: Behind, one: ReportMeasure, place: int) -> Chart:
    rows, columns = found.wanted.rows, found.wanted.columns
    if rows is not None and columns is not None and not rows.part:
        specification = _heat_map(found, behind, one, place)
    elif rows is not None and rows.part:
        specification = _lines(found, behind, one, place)
    else:
        specification = _bars(found, behind, one, place)
    return Chart(one.name, str(one.label), specification, _described(found, one, place), has_own_axis=True)


def _bars(found: Answer, behind: Behind, one: ReportMeasure, place: int) -> dict[str, Any]:
    axis, totals = _only(found)
    ranks = []
    for key in found.rows if found.wanted.rows is not None else found.columns:
        value = totals[key][place] if key in totals else None
        if value:
            row, column = (key, ALL) if found.wanted.rows is not None else (ALL, key)
            ranks.append(Rank(axis.label(key), float(value), words_of(one, value), behind.query(row, column, one)))
    return ranking_chart(sorted(ranks, key=lambda rank: -rank.value)[:MOST_BARS])


def _lines(found: Answer, behind: Behind, one: ReportMeasure, place: int) -> dict[str, Any]:
    """Returns lines along the rows' time: one for each of the greatest columns, or one and that of the time before."""
    today = str(behind.crm.today())
    values = []
    for series, key, is_before in _series(found, place):
        # What is still to come is no fall to nothing.
        keys = [row for row in found.rows if row is not None and (is_before or row <= today)]
        points = (_point(found, behind, one, place, series, (row, key), is_before=is_before) for row in keys)
        values += [point for point in points if point is not None]
    names = list(dict.fromkeys(value["series"] for value in values))
    order = [found.wanted.rows.label(row) for row in found.rows if row is not None]
    return line_chart(values, order, names, is_share=one.kind == "share")


def _point(
    found: Answer,
    behind: Behind,
    one: ReportMeasure,
    place: int,
    series: str,
    keys: tuple[Any, Any],
    *,
    is_before: bool,
) -> dict[str, Any] | None:
    """Returns one point of a line, None where there is nothing to say."""
    row, column = keys
    numbers = found.before if is_before and found.before else found.now
    cell = numbers.of_rows.get(row) if column is ALL else numbers.cells.get(keys)
    value = cell[place] if cell else (0 if one.how in ("count", "sum", "distinct") else None)
    if value is None:
        return None
    at = found.wanted.rows.label(row) if found.wanted.rows else ""
    return {
        "at": at,
        "value": float(value),
        "series": series,
        "hint": f"{series}, {at}: {words_of(one, value)}",
        "link": behind.query(row, column, one, is_before=is_before) if value else None,
    }


def line_chart(
    values: Sequence[dict[str, Any]], order: Sequence[str], names: Sequence[str], *, is_share: bool = False
) -> dict[str, Any]:
    """Returns lines with points through values of (at, value, series, hint, link), along `order`."""
    legend = {"orient": "top", "title": None, "symbolType": "stroke"} if len(names) > 1 else None
    ticks = number_axis([one["value"] for one in values], format_percent if is_share else None)
    layer = {
        "data": {"values": list(values)},
        "mark": {"type": "line", "point": {"size": 45}, "strokeWidth": 2.2, "cursor": "pointer"},
        "encoding": {
            "x": {
                "field": "at",
                "type": "nominal",
                "sort": list(order),
                "axis": {"title": None, "labelAngle": -40 if len(order) > 6 else 0, "labelOverlap": True},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": {"title": None, **ticks},
            },
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": list(names), "range": list(COLOURS[: len(names)])},
                "legend": legend,
            },
            "tooltip": {"field": "hint", "type": "nominal"},
            "href": {"field": "link"},
        },
    }
    size = {"width": "container", "height": LINE_HEIGHT, "autosize": {"type": "fit-x", "contains": "padding"}}
    return {"$schema": SCHEMA, **size, "layer": [layer], "config": {"view": {"stroke": None}}}


def _heat_map(found: Answer, behind: Behind, one: ReportMeasure, place: int) -> dict[str, Any]:
    rows = found.rows[:MOST_BARS]
    values = []
    for row in rows:
        for column in found.columns:
            cell = found.now.cells.get((row, column))
            if cell and cell[place]:
                at, name = found.wanted.columns.label(column), found.wanted.rows.label(row)
                words = words_of(one, cell[place])
                hint = f"{name}, {at}: {words}"
                link = behind.query(row, column, one)
                values.append(
                    {"name": name, "at": at, "value": float(cell[place]), "words": words, "hint": hint, "link": link}
                )
    greatest = max((value["value"] for value in values), default=0) or 1
    order = [found.wanted.columns.label(column) for column in found.columns]
    across = {
        "field": "at",
        "type": "nominal",
        "sort": order,
        "axis": {
            "title": None,
            "orient": "top",
            "labelAngle": -35 if len(order) > 5 else 0,
            "domain": False,
            "ticks": False,
            "labelLimit": 110,
        },
    }
    squares = {
        "data": {"values": values},
        "mark": {"type": "rect", "cursor": "pointer", "cornerRadius": 2, "stroke": "white", "strokeWidth": 1},
        "encoding": {
            "x": across,
            "color": {
                "field": "value",
                "type": "quantitative",
                "scale": {"domain": [0, greatest], "range": ["#eef6f5", LIGHT, PASSED]},
                "legend": None,
            },
            "tooltip": {"field": "hint", "type": "nominal"},
            "href": {"field": "link"},
        },
    }
    layers = [squares]
    if len(order) <= MOST_BARS:
        dark = [{**value, "is_dark": value["value"] > greatest * 0.6} for value in values]
        layers.append(_cell_words(dark, across))
    return named_bars([found.wanted.rows.label(row) for row in rows], CELL_STEP, layers)


def _cell_words(values: Sequence[dict[str, Any]], across: dict[str, Any]) -> dict[str, Any]:
    colour = {"condition": {"test": "datum.is_dark", "value": "white"}, "value": "#1d273b"}
    return {
        "data": {"values": list(values)},
        "mark": {"type": "text", "fontSize": 11, "tooltip": None},
        "encoding": {"x": across, "text": {"field": "words"}, "color": colour},
    }


def words_of(one: ReportMeasure, value: Any) -> str:
    """Returns a number as a chart says it: short, a share in per cent."""
    if one.kind == "share":
        return format_percent(float(value), 1)
    return compact(value if one.kind != "number" else round(float(value), 1))


def _series(found: Answer, place: int) -> list[tuple[str, Any, bool]]:
    """Returns the lines as (name, key of the column, whether of the time before)."""
    columns = found.wanted.columns
    if columns is None:
        lines = [(found.wanted.period.words() if found.before else _("All together"), ALL, False)]
        if found.before and found.wanted.compared:
            lines.append((found.wanted.compared.words(), ALL, True))
        return lines
    greatest = sorted(found.columns, key=lambda key: -float((found.now.of_columns.get(key) or {place: 0})[place] or 0))
    chosen = [key for key in found.columns if key in greatest[:MOST_LINES]]
    return [(columns.label(key), key, False) for key in chosen]


def _only(found: Answer) -> tuple[Axis, Any]:
    """Returns the one axis whose names stand at the bars, with its totals."""
    if found.wanted.rows is not None:
        return found.wanted.rows, found.now.of_rows
    return found.wanted.columns, found.now.of_columns


def _described(found: Answer, one: ReportMeasure, place: int) -> str:
    axis, totals = _only(found)
    keys = [key for key in (found.rows if found.wanted.rows is not None else found.columns) if key in totals]
    return "; ".join(
        f"{axis.label(key)}: {words_of(one, totals[key][place])}" for key in keys[:MOST_BARS] if totals[key][place]
    )
