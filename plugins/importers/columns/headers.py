"""Which sheet holds the table, and which of its rows is the header."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.api import lazy
from plugins.importers.cells.looks import looks_like_data
from plugins.importers.columns.letters import column_letters
from plugins.importers.columns.synonyms import known_words
from plugins.importers.columns.titles import plain_header
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.table import Book, Row, Sheet, is_empty, shown

SEARCHED_ROWS = 30


@dataclass(frozen=True)
class Header:
    """The names of the columns; `row` is its place in the sheet from 0, or -1 where the table has no header."""

    row: int
    names: tuple[str, ...]


def choose_sheet(book: Book, wanted: str = "") -> Sheet:
    """Returns the sheet called `wanted` (or of that number, from 1), else the visible one with most filled cells."""
    if wanted:
        for number, sheet in enumerate(book.sheets, 1):
            if str(wanted).strip().casefold() in (sheet.name.strip().casefold(), str(number)):
                return sheet
        names = ", ".join(sheet.name for sheet in book.sheets)
        raise ImportRefused(
            lazy(
                "There is no sheet %(wanted)s in the file; it has %(names)s. Name one of these.",
                wanted=wanted,
                names=names,
            )
        )
    visible = [sheet for sheet in book.sheets if not sheet.is_hidden and sheet.height] or list(book.sheets)
    return max(visible, key=_filled)


def find_header(sheet: Sheet, row: int | None = None) -> Header:
    """Returns the header of a sheet; `row` is its number as the spreadsheet shows it, 0 for a table without header."""
    head = sheet.head()
    if row is not None:
        if row > len(head):
            raise ImportRefused(
                lazy(
                    "There is no row %(row)s to be the header; the sheet has %(height)s.", row=row, height=sheet.height
                )
            )
        place = row - 1
    else:
        place = 0 if sheet.is_titled else _guess_row(head)
    cells = _with_merged(sheet, head, place) if place >= 0 else []
    # In a text file what stands beyond the header is a slip of the row, not a column without a title.
    width = len(_trimmed(cells)) if sheet.is_text and place >= 0 else max(sheet.width, len(cells))
    return Header(place, _names(cells, width))


def _filled(sheet: Sheet) -> int:
    return sum(not is_empty(cell) for row in sheet.head() for cell in row) + sheet.height


def _guess_row(head: Sequence[Row]) -> int:
    """The first row that is nearly as wide as the table and made of distinct words, none of which looks like data."""
    widths = sorted(sum(not is_empty(cell) for cell in row) for row in head)
    usual = widths[len(widths) // 2] if widths else 0
    for place, row in enumerate(head[:SEARCHED_ROWS]):
        filled = [cell for cell in row if not is_empty(cell)]
        if len(filled) < max(1, usual * 0.6):
            continue
        words = [plain_header(shown(cell)) for cell in filled if isinstance(cell, str)]
        known = sum(word in known_words() for word in words)
        has_data = any(not isinstance(cell, str) or looks_like_data(cell) for cell in filled)
        if known * 2 >= len(filled) or (not has_data and len(set(words)) > len(words) * 0.8):
            return place
        return -1
    return -1


def _with_merged(sheet: Sheet, head: Sequence[Row], place: int) -> Row:
    """The header's cells; a title merged over several columns belongs to each of them."""
    cells = list(head[place])
    for (top, left), (bottom, right) in sheet.merged:
        if top <= place <= bottom and top < len(head) and left < len(head[top]):
            for column in range(left, min(right + 1, len(cells))):
                if is_empty(cells[column]):
                    cells[column] = head[top][left]
    return cells


def _trimmed(cells: Row) -> Row:
    while cells and is_empty(cells[-1]):
        cells = cells[:-1]
    return cells


def _names(cells: Row, width: int) -> tuple[str, ...]:
    names: list[str] = []
    for place in range(width):
        name = shown(cells[place]) if place < len(cells) else ""
        name = name or column_letters(place)
        number = 2
        unique = name
        while unique in names:
            unique = f"{name} {number}"
            number += 1
        names.append(unique)
    return tuple(names)
