"""The first look at a file: its sheets, header, first rows, and what its columns hold further down."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from core.api import lazy
from plugins.importers.cells.looks import look
from plugins.importers.columns.headers import choose_sheet, find_header
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.book import read_book
from plugins.importers.reading.nuls import notes_about_nuls
from plugins.importers.reading.table import Row, is_empty, shown
from plugins.importers.reading.unseen import notes_about

KEPT_ROWS = 2000
LOOKED_ROWS = 30_000
MOST_CHOICES = 40
MOST_VALUES = 3000
_ALL_OF = (
    ({"yes_no"}, "bool"),
    ({"date"}, "date"),
    ({"number", "money", "phone"}, "number"),
)


@dataclass(frozen=True)
class ColumnFacts:
    """What a column holds: the kind of property that all its cells fit, and its values if they are few and repeat."""

    kind: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """A file as the preview and the guesses need it; `rows` are the first ones below the header, with their numbers."""

    format: str
    encoding: str
    delimiter: str
    sheets: tuple[str, ...]
    sheet: str
    header_row: int
    titles: tuple[str, ...]
    is_titled: bool
    height: int
    rows: tuple[tuple[int, Row], ...]
    facts: tuple[ColumnFacts, ...]
    notes: tuple = ()


def look_at(path: str, sheet: str, header_row: int | None, encoding: str, delimiter: str) -> Look:
    """Returns the first look; raises ImportRefused for what is no table."""
    book = read_book(Path(path), encoding=encoding, delimiter=delimiter)
    chosen = choose_sheet(book, sheet)
    header = find_header(chosen, header_row)
    rows: list[tuple[int, Row]] = []
    columns: list[Counter] = [Counter() for _title in header.names]
    for number, row in enumerate(chosen.rows(), 1):
        if number <= header.row + 1 or all(map(is_empty, row)):
            continue
        if len(rows) < KEPT_ROWS:
            rows.append((number, row))
        if number > LOOKED_ROWS:
            break
        for counter, cell in zip(columns, row, strict=False):
            counter[cell] += 1
    if not rows:
        raise ImportRefused(_no_rows(chosen.name))
    return Look(
        format=book.format,
        encoding=book.encoding,
        delimiter=book.delimiter,
        sheets=tuple(item.name for item in book.sheets if not item.is_hidden) or (chosen.name,),
        sheet=chosen.name,
        header_row=header.row,
        titles=header.names,
        is_titled=chosen.is_titled,
        height=chosen.height,
        rows=tuple(rows),
        facts=tuple(_facts(cells) for cells in columns),
        notes=(*notes_about(Path(path), book.format, chosen, header.row), *notes_about_nuls(Path(path), book)),
    )


def _facts(cells: Counter) -> ColumnFacts:
    values = {cell: count for cell, count in cells.items() if not is_empty(cell)}
    looks = {look(cell) for cell in list(values)[:MOST_VALUES]}
    if not looks:
        return ColumnFacts("")
    for allowed, kind in _ALL_OF:
        if looks <= allowed and not (kind == "number" and _has_leading_zero(values)):
            return ColumnFacts(kind)
    choices = tuple(dict.fromkeys(shown(cell) for cell in values))
    is_choice = len(choices) <= MOST_CHOICES and sum(values.values()) >= 3 * len(choices)
    return ColumnFacts("choice", choices) if is_choice else ColumnFacts("text")


def _has_leading_zero(values: dict) -> bool:
    """0042 is a code, not a number."""
    texts = [cell for cell in values if isinstance(cell, str)]
    return any(len(text) > 1 and text[0] == "0" and text[1].isdigit() for text in texts)


def _no_rows(sheet: str) -> ImportRefused:
    if not sheet:
        return ImportRefused(lazy("The file has a header but no row below it. Choose the file that holds the rows."))
    return ImportRefused(
        lazy("Sheet “%(sheet)s” has a header but no row below it. Choose the sheet that holds the rows.", sheet=sheet)
    )
