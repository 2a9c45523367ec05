"""Rows of a file to chunks of checked values, column by column: what the second process does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.api import lazy, name_key
from plugins.importers.cells.values import Reading, read_cell
from plugins.importers.columns.headers import choose_sheet
from plugins.importers.errors import CellRefused
from plugins.importers.reading.book import read_book
from plugins.importers.reading.table import BadCell, Row, Sheet, is_empty, shown
from plugins.importers.records.similar import similar_key

CHUNK_ROWS = 1000
MEMO_LIMIT = 50_000


@dataclass(frozen=True)
class Column:
    """One column that fills a field; `lookup` turns its cells into values of another table first."""

    place: int
    title: str
    field: str
    reader: str
    is_many: bool = False
    lookup: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True)
class Source:
    """What the second process needs to know to read a file; `after_row` is the last row that is already done.

    `has_keys` asks for the columns `name_key` and `similar_key` beside `name`. With `group_by` the rows that name the
    same thing in that field come together, in the order in which the file first names it, no chunk cuts such a group,
    and `after_row` and `Chunk.last_row` count rows instead of naming one.
    """

    path: str
    sheet: str
    header_row: int
    width: int
    columns: tuple[Column, ...]
    reading: Reading
    required: tuple[str, ...] = ()
    defaults: tuple[tuple[str, Any], ...] = ()
    fixes: dict[int, dict[int, str]] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    after_row: int = 0
    group_by: str = ""
    has_keys: bool = False


@dataclass
class Chunk:
    """Rows that were understood, as columns of values, and those that were not.

    `rows` are their numbers in the sheet; `errors` are (row, title, sentence); `read` counts both kinds of row.
    """

    rows: list[int]
    values: dict[str, list]
    errors: list[tuple[int, str, object]]
    read: int
    last_row: int


def chunks(source: Source) -> Iterator[Chunk]:
    """Returns the chunks of a file in order; raises ImportRefused if the file can't be read after all."""
    book = read_book(Path(source.path), encoding=source.encoding, delimiter=source.delimiter)
    sheet = choose_sheet(book, source.sheet)
    reader = ChunkReader(source, is_ragged=sheet.is_text and source.header_row >= 0)
    if source.group_by:
        yield from _grouped(sheet, source, reader)
        return
    numbers: list[int] = []
    rows: list[Row] = []
    last = source.after_row
    for number, row in _data_rows(sheet, source, source.after_row):
        last = number
        numbers.append(number)
        rows.append(row)
        if len(rows) == CHUNK_ROWS:
            yield reader.read(numbers, rows, last)
            numbers, rows = [], []
    yield reader.read(numbers, rows, last)


def picked_rows(
    path: str, sheet: str, encoding: str, delimiter: str, wanted: frozenset[int]
) -> Iterator[tuple[int, Row]]:
    """Returns the rows with these numbers."""
    book = read_book(Path(path), encoding=encoding, delimiter=delimiter)
    for number, row in enumerate(choose_sheet(book, sheet).rows(), 1):
        if number in wanted:
            yield number, row


def fixed(row: Row, cells: dict[int, str]) -> Row:
    """Returns a row with the cells that the user corrected in the preview."""
    row = row + [""] * (max(cells, default=-1) + 1 - len(row))
    for place, text in cells.items():
        row[place] = text
    return row


class ChunkReader:
    """Turns rows into values; remembers what repeated cells mean."""

    def __init__(self, source: Source, *, is_ragged: bool) -> None:
        self.source = source
        self.is_ragged = is_ragged
        self._memos: list[dict] = [{} for _column in source.columns]
        self._lookups = [dict(column.lookup) if column.lookup is not None else None for column in source.columns]

    def read(self, numbers: list[int], rows: list[Row], last_row: int) -> Chunk:
        """Returns the chunk of these rows; a row with any error is left out of the values."""
        errors: list[tuple[int, str, object]] = []
        width = self.source.width
        for position, row in enumerate(rows):
            if len(row) < width:
                rows[position] = row + [""] * (width - len(row))
            elif self.is_ragged and len(row) > width and not all(map(is_empty, row[width:])):
                errors.append((numbers[position], "", _too_wide(len(row), width)))
        columns = list(zip(*rows, strict=False)) if rows else [()] * width
        values: dict[str, list] = {}
        for number, column in enumerate(self.source.columns):
            found = self._read_column(number, column, columns[column.place], numbers, errors)
            if column.field in values:
                found = [_joined(old, new) for old, new in zip(values[column.field], found, strict=True)]
            values[column.field] = found
        for name, default in self.source.defaults:
            values[name] = [default if value is None else value for value in values.get(name, [None] * len(rows))]
        self._check_required(values, numbers, errors)
        chunk = _without_bad(Chunk(numbers, values, errors, len(rows), last_row))
        if self.source.has_keys and "name" in chunk.values:
            # Made here, since this process has a core of its own while the other one writes.
            chunk.values["name_key"] = [name_key(name) for name in chunk.values["name"]]
            chunk.values["similar_key"] = [similar_key(key) for key in chunk.values["name_key"]]
        return chunk

    def _read_column(self, number: int, column: Column, cells: Sequence, numbers: list[int], errors: list) -> list:
        memo, lookup = self._memos[number], self._lookups[number]
        if len(memo) > MEMO_LIMIT:
            memo.clear()
        reading = self.source.reading
        found = []
        for position, cell in enumerate(cells):
            # True and 1.0 are the same key of a dictionary, but not the same cell.
            key = ("is", cell) if cell is True or cell is False else cell
            value = memo.get(key, memo)
            if value is memo:
                value = memo[key] = _read(column.reader, cell, reading, lookup, column.title)
            if type(value) is CellRefused:
                errors.append((numbers[position], column.title, value.sentence))
                value = None
            found.append(value)
        return found

    def _check_required(self, values: dict[str, list], numbers: list[int], errors: list) -> None:
        titles = {column.field: column.title for column in self.source.columns}
        for name in self.source.required:
            for position, value in enumerate(values.get(name, [None] * len(numbers))):
                if value is None:
                    sentence = lazy("the cell is empty. Fill it in, or name a default value in the options")
                    errors.append((numbers[position], titles.get(name, name), sentence))


def _data_rows(sheet: Sheet, source: Source, after_row: int) -> Iterator[tuple[int, Row]]:
    """The filled rows below the header, with the user's corrections."""
    first = max(source.header_row + 1, after_row)
    for number, row in enumerate(sheet.rows(), 1):
        if number <= first:
            continue
        if number in source.fixes:
            row = fixed(row, source.fixes[number])
        if row.count("") != len(row) and not all(map(is_empty, row)):
            yield number, row


def _grouped(sheet: Sheet, source: Source, reader: "ChunkReader") -> Iterator[Chunk]:
    """Chunks of whole groups. All rows are held at once: this process may, it is bounded and short-lived."""
    place = next(column.place for column in source.columns if column.field == source.group_by)
    groups: dict[str, list[tuple[int, Row]]] = {}
    for number, row in _data_rows(sheet, source, 0):
        groups.setdefault(shown(row[place]) if place < len(row) else "", []).append((number, row))
    done = 0
    waiting: list[tuple[int, Row]] = []
    for group in groups.values():
        done += len(group)
        if done <= source.after_row:
            continue
        waiting += group
        if len(waiting) >= CHUNK_ROWS:
            yield reader.read([number for number, _row in waiting], [row for _number, row in waiting], done)
            waiting = []
    yield reader.read([number for number, _row in waiting], [row for _number, row in waiting], done)


def _read(reader: str, cell: object, reading: Reading, lookup: dict[str, str] | None, title: str) -> object:
    try:
        if lookup is not None and not is_empty(cell) and not isinstance(cell, BadCell):
            text = shown(cell)
            if text.casefold() not in lookup:
                raise CellRefused(lazy("“%(text)s” is not in the table it is looked up in. Add it there", text=text))
            cell = lookup[text.casefold()]
        return read_cell(reader, cell, reading)
    except CellRefused as refused:
        return refused


def _joined(old: tuple | None, new: tuple | None) -> tuple | None:
    if old is None or new is None:
        return new if old is None else old
    return tuple(dict.fromkeys((*old, *new))) if isinstance(old, tuple) else old


def _without_bad(chunk: Chunk) -> Chunk:
    if not chunk.errors:
        return chunk
    bad = {row for row, _title, _sentence in chunk.errors}
    good = [position for position, row in enumerate(chunk.rows) if row not in bad]
    chunk.values = {name: [found[position] for position in good] for name, found in chunk.values.items()}
    chunk.rows = [chunk.rows[position] for position in good]
    chunk.errors.sort(key=lambda error: error[0])
    return chunk


def _too_wide(count: int, width: int) -> object:
    return lazy(
        "the row has %(count)s cells, but the header names %(width)s columns. Probably a quotation mark is "
        "missing around a "
        "cell that holds the delimiter",
        count=count,
        width=width,
    )
