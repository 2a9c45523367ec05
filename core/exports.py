"""Tables as files: xlsx and csv of any size, written row by row, safe to open in a spreadsheet."""

import csv
import errno
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from core.errors import Busy, InvalidInput
from core.i18n import _

# A cell that begins so would be run as a formula by the spreadsheet that opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
PARTS = "parts-"
MOST_XLSX_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_WIDTHS = (10, 60)
# An earlier day stands as text: Excel has no number for it.
EXCELS_FIRST_YEAR = 1900


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yields the lines of a csv file, the byte order mark first so that spreadsheets read every alphabet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([_safe_text(title) for title in header])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        if buffer.tell() > 65_536:
            yield _taken(buffer)
    yield _taken(buffer)


def write_xlsx(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes a workbook of one sheet, whole or not at all, and returns its number of rows; memory stays constant.

    Until it is whole it lies beside its path in a folder that begins with `PARTS`, unpacked and packed. Raises
    InvalidInput for more rows than a sheet holds, Busy if the disk is full.
    """
    try:
        with TemporaryDirectory(prefix=PARTS, dir=path.parent) as parts:
            count = _write_workbook(Path(parts) / path.name, title, header, rows)
            (Path(parts) / path.name).replace(path)
            return count
    except (OSError, FileCreateError) as error:
        if any(getattr(one, "errno", None) == errno.ENOSPC for one in (error, error.__context__)):
            raise Busy(_("The server's disk is full. Tell your administrator, or export fewer rows.")) from error
        raise


def _write_workbook(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
        "tmpdir": str(path.parent),
        "use_zip64": True,  # a sheet of more than 4 GB
    }
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True})
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            Decimal: book.add_format({"num_format": "#,##0.00"}),
        }
        for column, words in enumerate(header):
            sheet.set_column(column, column, min(max(len(words) + 4, _WIDTHS[0]), _WIDTHS[1]))
            sheet.write_string(0, column, words, bold)
        sheet.freeze_panes(1, 0)
        count = 0
        for count, row in enumerate(rows, 1):
            if count > MOST_XLSX_ROWS:
                raise InvalidInput(_("A sheet holds at most %(n)s rows; export as csv instead.", n=MOST_XLSX_ROWS))
            for column, value in enumerate(row):
                _write_cell(sheet, count, column, value, formats)
    return count


def _write_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime | date) and value.year >= EXCELS_FIRST_YEAR:
        sheet.write_datetime(row, column, value, formats[datetime if isinstance(value, datetime) else date])
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value), formats[Decimal])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value)[:_LONGEST_CELL])


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return _safe_text(value) if isinstance(value, str) else value


def _safe_text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _sheet_name(title: str) -> str:
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title).strip()[:31] or "Sheet1"
