"""Excel's own charts of a funnel: bars in the middle that narrow from stage to stage, in two colours.

Excel has no funnel that shows two parts, so each bar is stacked: an invisible piece of half the missing width, then
the two parts. The pieces lie on a hidden sheet, as numbers.
"""

from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart_bar import ChartBar
from xlsxwriter.worksheet import Worksheet

from core.api import gettext as _
from plugins.reports.charts.funnels import LIGHT, LOST, PASSED
from plugins.reports.document import Table
from plugins.reports.output.xlsx_plain import add_plain_chart

SIZE = {"width": 520, "height": 340}
COLUMNS_OF_A_CHART = 5  # of the table's sheet
PIECES = ("stage", "gap", "core", "flank")


@dataclass(frozen=True)
class Funnel:
    """One chart: the table's columns of the whole bar and of its core, what its parts are called, their colours."""

    whole: str
    core: str
    title: str
    core_name: str
    flank_name: str
    colours: tuple[str, str]


def add_charts(book: Workbook, sheet: Worksheet, table: Table, first: int, last: int) -> None:
    """Adds the charts of a table below it; `first` is the line of its heads, `last` the first free one."""
    keys = {column.key for column in table.columns}
    lines = [first + 1 + number for number, row in enumerate(table.rows) if not row.is_heading]
    funnels = [one for one in _funnels() if {"stage", one.whole, one.core} <= keys]
    if not funnels:
        add_plain_chart(book, sheet, table, first, last)
    if not lines or not funnels:
        return
    # A chart takes one block of cells: the rows of the first funnel, which stand together.
    end = next(line for line in lines if line + 1 not in lines)
    rows = [row.values for row in table.rows[lines[0] - first - 1 : end - first]]
    pieces = book.add_worksheet(_("Charts")[:28])
    pieces.hide()
    for number, one in enumerate(funnels):
        left = number * len(PIECES)
        _write_pieces(pieces, left, one, rows)
        sheet.insert_chart(last + 1, number * COLUMNS_OF_A_CHART, _chart(book, pieces, left, one, len(rows)))


def _funnels() -> list[Funnel]:
    passed, still_open = _("Passed"), (_("Expected to be won"), _("Open"), (PASSED, LIGHT))
    return [
        Funnel("reached", "passed", _("Number of deals"), passed, _("Deals lost"), (PASSED, LOST)),
        Funnel("reached_potential", "passed_potential", _("Potential"), passed, _("Potential lost"), (PASSED, LOST)),
        Funnel("count", "expected_wins", _("Number of deals"), *still_open),
        Funnel("potential", "expected_income", _("Potential"), *still_open),
    ]


def _write_pieces(pieces: Worksheet, left: int, one: Funnel, rows: list[Any]) -> None:
    """Writes the stages of a chart with the three pieces of their bars."""
    for place, title in enumerate((_("Stage"), "", one.core_name, one.flank_name)):
        pieces.write_string(0, left + place, title)
    widest = max(float(values[one.whole] or 0) for values in rows)
    for line, values in enumerate(rows, 1):
        whole, core = float(values[one.whole] or 0), float(values[one.core] or 0)
        pieces.write_string(line, left, str(values["stage"]))
        for place, size in enumerate(((widest - whole) / 2, core, whole - core), left + 1):
            pieces.write_number(line, place, size)


def _chart(book: Workbook, pieces: Worksheet, left: int, one: Funnel, count: int) -> ChartBar:
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    looks = [{"none": True}, {"color": one.colours[0]}, {"color": one.colours[1]}]
    for place, fill in enumerate(looks, left + 1):
        series = {
            "name": [pieces.name, 0, place],
            "categories": [pieces.name, 1, left, count, left],
            "values": [pieces.name, 1, place, count, place],
            "fill": fill,
            "border": {"none": True},
            "gap": 20,
        }
        if place > left + 1:
            series["data_labels"] = {"value": True, "num_format": "#,##0;;", "font": {"size": 8}}
        chart.add_series(series)
    chart.set_title({"name": one.title, "name_font": {"size": 12}})
    # Stages run from top to bottom; the widest bar fills the whole width.
    chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}, "line": {"none": True}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_legend({"position": "top", "delete_series": [0]})
    chart.set_size(SIZE)
    return chart
