"""A report as an Excel workbook: real numbers, totals as sums, charts as Excel's own; no text can run as a formula."""

import io
from textwrap import shorten
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from plugins.reports.document import COUNT, MONEY, NUMBER, SHARE, TEXT, Column, Document, Row, Table, as_number
from plugins.reports.output.xlsx_charts import add_charts

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
WIDEST = 60
# More lines that stay in sight would leave too few that move.
MOST_FROZEN = 6
NAME_LENGTH = 28  # Excel takes 31, and a second one of the same name gets its number


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
                add_charts(book, sheet, table, first, last)
        if not document.tables:
            _write_head(book, book.add_worksheet(_sheet_name(document.title, book)), document)
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
    for sentence in document.summary:
        sheet.write_string(line, 0, sentence)
        line += 1
    line += 1
    bold = {"bold": True, "align": "left"}
    for figure in document.figures:
        sheet.write_string(line, 0, str(figure.title), label)
        _write(sheet, line, 1, figure.value, figure.kind, book.add_format(FORMATS[figure.kind] | bold))
        line += 1
    for note in document.notes:
        sheet.write_string(line, 0, str(note), label)
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
        sheet.set_column(place, place, _width(table, column))
    sheet.set_row(line, 32)
    sheet.freeze_panes(first + 1 if first < MOST_FROZEN else 0, 1)
    sheet.repeat_rows(first)
    for row in table.rows:
        line += 1
        for place, column in enumerate(table.columns):
            looks = strong if row.is_heading or row.is_total else marked if _is_worse(row, column.key) else formats
            if row.is_total and is_sum(table, column, row):
                summed = f"=SUM({xl_rowcol_to_cell(first + 1, place)}:{xl_rowcol_to_cell(line - 1, place)})"
                value = as_number(row.values[column.key], column.kind)
                sheet.write_formula(line, place, summed, looks[column.kind], value)
                continue
            _write(sheet, line, place, row.values.get(column.key), column.kind, looks[column.kind])
            if _is_worse(row, column.key):
                sheet.write_comment(line, place, row.marks[column.key].words)
    for note in table.notes:
        line += 1
        sheet.write_string(line, 0, note)
    return line + 1


def _width(table: Table, column: Column) -> int:
    """Returns the width in signs, of texts as much as the longest of them takes."""
    if column.kind != TEXT:
        return WIDTHS[column.kind]
    longest = max((len(str(row.values.get(column.key) or "")) for row in table.rows), default=0)
    # Before the rows of the first sheet stand the names of settings and figures.
    least = WIDTHS[TEXT] if column is table.columns[0] else WIDTHS[COUNT]
    return min(max(least, longest + 2), WIDEST)


def is_sum(table: Table, column: Column, total: Row) -> bool:
    """Tells whether a total is the sum of all the lines above it in a column: what overlaps or is a mean isn't."""
    if column.kind not in (COUNT, MONEY) or table.rows[-1] is not total or len(table.rows) < 2:
        return False
    parts = [row.values.get(column.key) for row in table.rows[:-1]]
    return None not in (total.values.get(column.key), *parts) and sum(parts) == total.values[column.key]


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


def _set_page(sheet: Worksheet, document: Document) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{document.company.replace('&', '&&')}&R&P / &N")
    sheet.hide_gridlines(2)


def _sheet_name(title: str, book: Workbook) -> str:
    spaced = " ".join("".join(" " if sign in "[]:*?/\\'" else sign for sign in title).split())
    plain = shorten(spaced, NAME_LENGTH, placeholder="").rstrip(",:;–") or spaced[:NAME_LENGTH] or "Report"
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    name, number = plain, 2
    while name.lower() in taken:
        name, number = f"{plain} {number}", number + 1
    return name
