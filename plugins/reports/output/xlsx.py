"""A report as an Excel workbook: real numbers, its charts as Excel's own, nothing that could run as a formula."""

import io
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from core.api import gettext as _
from plugins.reports.charts import LOST, PASSED
from plugins.reports.document import COUNT, MONEY, NUMBER, SHARE, TEXT, Document, Row, Table, as_number

# Texts are written as texts: neither formulas, links nor numbers are guessed from what users typed.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS = {TEXT: {}, COUNT: {"num_format": "#,##0"}, MONEY: {"num_format": "#,##0.00"}, SHARE: {"num_format": "0.0%"}}
FORMATS[NUMBER] = {"num_format": "#,##0.00"}
HEAD = {"bold": True, "bg_color": "#E9F0F8", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
WIDTHS = {TEXT: 28, COUNT: 11, MONEY: 17, SHARE: 12, NUMBER: 13}


def write_xlsx(document: Document) -> bytes:
    """Returns the workbook: a sheet for each table, the first with title, settings, figures and charts."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties({"title": document.title, "company": document.company, "author": document.made_by})
        book.set_calc_mode("auto")
        for number, table in enumerate(document.tables):
            sheet = book.add_worksheet(_sheet_name(table.title or document.title, book))
            _set_page(sheet, document)
            first = _write_head(book, sheet, document) if number == 0 else 0
            last = _write_table(book, sheet, table, first)
            if number == 0:
                _add_charts(book, sheet, document, table, first, last)
    return file.getvalue()


def _write_head(book: Workbook, sheet: Worksheet, document: Document) -> int:
    sheet.write_string(0, 0, document.title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, document.subtitle, book.add_format({"font_color": "#5B6577"}))
    line = 3
    label = book.add_format({"font_color": "#5B6577"})
    for name, value in document.settings:
        sheet.write_string(line, 0, name, label)
        sheet.write_string(line, 1, value)
        line += 1
    line += 1
    bold = {"bold": True, "align": "left"}
    for figure in document.figures:
        sheet.write_string(line, 0, str(figure.title), label)
        _write(sheet, line, 1, figure.value, figure.kind, book.add_format(FORMATS[figure.kind] | bold))
        line += 1
    for note in document.notes:
        sheet.write_string(line, 0, note, label)
        line += 1
    return line + 1


def _write_table(book: Workbook, sheet: Worksheet, table: Table, first: int) -> int:
    """Writes the table from line `first` on and returns the line after it."""
    head, line = book.add_format(HEAD), first
    formats = {kind: book.add_format(look) for kind, look in FORMATS.items()}
    strong = {kind: book.add_format(look | {"bold": True, "top": 1}) for kind, look in FORMATS.items()}
    marked = {kind: book.add_format(look | {"bg_color": "#FDE7D3"}) for kind, look in FORMATS.items()}
    for place, column in enumerate(table.columns):
        title = " · ".join(filter(None, (str(column.group), str(column.title))))
        sheet.write_string(line, place, title, head)
        sheet.set_column(place, place, WIDTHS[column.kind])
    sheet.set_row(line, 32)
    for row in table.rows:
        line += 1
        for place, column in enumerate(table.columns):
            looks = strong if row.is_heading else marked if _is_worse(row, column.key) else formats
            _write(sheet, line, place, row.values.get(column.key), column.kind, looks[column.kind])
            if _is_worse(row, column.key):
                sheet.write_comment(line, place, row.marks[column.key].words)
    for note in table.notes:
        line += 1
        sheet.write_string(line, 0, note)
    return line + 1


def _is_worse(row: Row, key: str) -> bool:
    return key in row.marks and row.marks[key].is_worse


def _write(sheet: Worksheet, line: int, place: int, value: Any, kind: str, look: Any) -> None:
    number = as_number(value, kind)
    if number is None:
        sheet.write_blank(line, place, None, look)
    elif kind == TEXT:
        sheet.write_string(line, place, number, look)
    else:
        sheet.write_number(line, place, number, look)


def _add_charts(book: Workbook, sheet: Worksheet, document: Document, table: Table, first: int, last: int) -> None:
    """Adds Excel's own stacked bars beside the table, for each pair of columns that makes a funnel."""
    places = {column.key: place for place, column in enumerate(table.columns)}
    lines = [first + 1 + number for number, row in enumerate(table.rows) if not row.is_heading]
    if not lines or "stage" not in places:
        return
    # A chart takes one block of cells: the rows of the first funnel, which stand together.
    begin = lines[0]
    end = next((line for line in lines if line + 1 not in lines), lines[-1])
    for drawn, (keys, title) in enumerate(_chart_pairs(places)):
        chart = book.add_chart({"type": "bar", "subtype": "stacked"})
        for key, colour in zip(keys, (PASSED, LOST), strict=False):
            chart.add_series(
                {
                    "name": [sheet.name, first, places[key]],
                    "categories": [sheet.name, begin, places["stage"], end, places["stage"]],
                    "values": [sheet.name, begin, places[key], end, places[key]],
                    "fill": {"color": colour},
                    "gap": 20,
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        chart.set_legend({"position": "top"})
        chart.set_size({"width": 520, "height": 340})
        sheet.insert_chart(last + 1, drawn * 5, chart)


def _chart_pairs(places: dict[str, int]) -> list[tuple[tuple[str, ...], str]]:
    pairs = [
        (("passed", "lost"), _("Number of deals")),
        (("passed_potential", "lost_potential"), _("Potential")),
        (("count",), _("Number of deals")),
        (("potential",), _("Potential")),
    ]
    return [(keys, title) for keys, title in pairs if all(key in places for key in keys)]


def _set_page(sheet: Worksheet, document: Document) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{document.company.replace('&', '&&')}&R&P / &N")
    sheet.hide_gridlines(2)


def _sheet_name(title: str, book: Workbook) -> str:
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title).strip()[:28] or "Report"
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    name, number = plain, 2
    while name.lower() in taken:
        name, number = f"{plain} {number}", number + 1
    return name
