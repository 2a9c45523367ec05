"""A file that was read: sheets of rows of cells, whatever its format was.

A cell is str, float, bool, date, datetime, time, or a BadCell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

MAX_BYTES = 500 * 2**20
MAX_COLUMNS = 1000
MAX_ROWS = 2_000_000
HEAD_ROWS = 200
BLANKS = " \t\r\n\x0b\x0c\xa0\u200b\u202f\ufeff"
# What stands where a byte means no letter in the encoding that the file was read by.
UNREADABLE = "\ufffd"

Row = list


@dataclass(frozen=True)
class BadCell:
    """A cell that holds no value but a reason: a formula never calculated, an error of the spreadsheet program."""

    reason: object

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class Sheet:
    """One sheet; `rows` may be called again, and starts from the first line each time.

    `is_titled` says that the reader itself wrote the header, in the field names of the contract (vCard, Outlook);
    `is_text` that nothing but delimiters makes its columns, so that a row may be too wide by mistake.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    height: int
    width: int
    is_hidden: bool = False
    is_titled: bool = False
    is_text: bool = False
    merged: tuple = ()

    def head(self, count: int = HEAD_ROWS) -> list[Row]:
        """Returns the first rows, to guess and to preview from."""
        return list(islice(self.rows(), count))


@dataclass(frozen=True)
class Book:
    """All the sheets of a file, and what the file turned out to be."""

    format: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""


def is_empty(cell: object) -> bool:
    """Tells whether a cell holds nothing but blanks."""
    return cell is None or (isinstance(cell, str) and not cell.strip(BLANKS))


def shown(cell: object) -> str:
    """Returns a cell as a person reads it: whole numbers without a point, dates by ISO, no stray blanks."""
    if isinstance(cell, str):
        if not cell.isascii():
            cell = cell.replace("\u200b", "").replace("\ufeff", "")
        return " ".join(cell.split())
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e18 else repr(cell)
    return str(cell)
