"""xlsx, xlsb, xls and ods through calamine; hidden sheets are told, cells without a value are marked."""

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from core.api import lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.archive import check_archive, valueless_cells
from plugins.importers.reading.sniff import encrypted
from plugins.importers.reading.table import MAX_COLUMNS, MAX_ROWS, BadCell, Book, Row, Sheet


def read_workbook(path: Path, format: str) -> Book:
    """Returns the sheets of a workbook; rows are drawn from calamine only when asked for."""
    if format != "xls":
        check_archive(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = tuple(_sheet(path, format, workbook, number) for number in range(len(workbook.sheet_names)))
    except PasswordError:
        raise encrypted() from None
    except (CalamineError, OSError) as error:
        if "password" in str(error).lower():
            raise encrypted() from None
        raise ImportRefused(
            lazy("The workbook is damaged. Open it in the spreadsheet program, save it again and import that.")
        ) from error
    if not any(sheet.height for sheet in sheets):
        raise ImportRefused(lazy("The workbook has no filled cell. Choose the file that holds the rows."))
    return Book(format, sheets)


def _sheet(path: Path, format: str, workbook: CalamineWorkbook, number: int) -> Sheet:
    about = workbook.sheets_metadata[number]
    source = workbook.get_sheet_by_index(number)
    height, width = (source.end[0] + 1, source.end[1] + 1) if source.end else (0, 0)
    if width > MAX_COLUMNS:
        raise ImportRefused(
            lazy(
                "Sheet %(sheet)s reaches to column %(width)s; at most %(limit)s are read. Delete the empty columns on "
                "its right, save and import again.",
                sheet=about.name,
                width=width,
                limit=MAX_COLUMNS,
            )
        )
    if height > MAX_ROWS:
        raise ImportRefused(
            lazy(
                "Sheet %(sheet)s has %(height)s rows; at most %(limit)s are read at once. Split it into several files.",
                sheet=about.name,
                height=height,
                limit=MAX_ROWS,
            )
        )
    spoiled = valueless_cells(path, about.name) if format == "xlsx" and height else {}
    return Sheet(
        name=about.name,
        rows=lambda: _rows(source, spoiled),
        height=height,
        width=width,
        is_hidden=about.visible != SheetVisibleEnum.Visible,
        merged=tuple(source.merged_cell_ranges or ()),
    )


def _rows(source: CalamineSheet, spoiled: dict) -> Iterator[Row]:
    if not source.end:
        return
    if not spoiled:
        yield from source.iter_rows()
        return
    for number, row in enumerate(source.iter_rows()):
        for column in range(len(row)):
            if reason := spoiled.get((number, column)):
                row[column] = BadCell(reason)
        yield row
