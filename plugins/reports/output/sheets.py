"""A table laid on sheets of paper: the widths of its columns, the sheets they fill, whether a sheet lies. Pure.

The printer is told every width. To find them by itself it would have to set each cell three times, and a table of fifty
managers would be no page to read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import Any

from plugins.reports.document import TEXT, Column, Table, as_shown

UPRIGHT_MM, LYING_MM = 182, 269  # across A4, without its margins
LYING_HEIGHT_MM = 175
TITLE_MM = 23  # the name of a table with its headings
APART_MM = 2.5  # before a text that follows a number
WIDEST_TEXT = 17  # in ems: a longer name takes a second line
# Parts of an em in DejaVu Sans, the widest of the fonts that a page may get.
NARROW, WIDE = frozenset(" .,:;'’|!()[]-·/iIjltfr\u00a0\u202f"), frozenset("mwMWQ@%—−…шщжюыфмЖШЩЮЫФМД")
BOLD = 1.12
Texts = Sequence[str | None]


@dataclass(frozen=True)
class Print:
    """A size of type: an em, the same in headings, the room that a cell keeps on both sides, and a line, in mm."""

    name: str
    em: float
    heading_em: float
    sides: float
    line: float


NORMAL = Print("", em=2.83, heading_em=2.54, sides=2.8, line=5.9)
DENSE = Print("dense", em=2.51, heading_em=2.3, sides=1.6, line=5.0)


@dataclass(frozen=True)
class Cell:
    """What stands in one cell, and its look: a style of `paper.html`, or none for a number like any other."""

    text: str
    look: str = ""
    span: int = 1


@dataclass(frozen=True)
class Line:
    """One line of a sheet."""

    look: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """A table, or as many of its columns as fit across a page with the first ones repeated.

    `table` has these columns alone; `widths` are in per cent.
    """

    table: Table
    widths: tuple[float, ...]
    size: Print
    lines: tuple[Line, ...]
    page: str = ""
    begins_page: bool = False


def sheets_of(table: Table, name: str = "") -> list[Sheet]:
    """Returns the sheets that show the whole table, each no wider than its page.

    Where one table takes several, a table without a title goes by `name`.
    """
    texts = [tuple(_texts(column, table)) for column in table.columns]
    for page, across in (("", UPRIGHT_MM), ("lying", LYING_MM)):
        for size in (NORMAL, DENSE):
            widths = [_width(column, cells, size) for column, cells in zip(table.columns, texts, strict=True)]
            if sum(widths) <= across:
                return [_sheet(table, widths, texts, size, page=page)]
    return _several(replace(table, title=table.title or name), widths, texts)


def _several(table: Table, widths: Sequence[float], texts: Sequence[Texts]) -> list[Sheet]:
    pieces = _pieces(table.columns, widths)
    on_a_page = max(int(LYING_HEIGHT_MM / (TITLE_MM + DENSE.line * len(table.rows))), 1)
    sheets = []
    for number, piece in enumerate(pieces):
        columns, *of_piece = ([of_all[place] for place in piece] for of_all in (table.columns, widths, texts))
        title = f"{table.title} ({number + 1}/{len(pieces)})".strip()
        notes = table.notes if number + 1 == len(pieces) else ()
        part = replace(table, title=title, columns=tuple(columns), notes=notes)
        sheets.append(_sheet(part, *of_piece, DENSE, page="lying", begins_page=number % on_a_page == 0))
    return sheets


def _pieces(columns: Sequence[Column], widths: Sequence[float]) -> list[list[int]]:
    """Returns the places of the columns of each sheet, about as wide each; a group stays together if it fits a page."""
    named = 2 if columns[1].kind == TEXT and not columns[1].group else 1
    room = LYING_MM - sum(widths[:named])
    units: list[list[int]] = []
    for _group, run in groupby(range(named, len(columns)), key=lambda place: columns[place].group or place):
        places = list(run)
        fits = sum(widths[place] for place in places) <= room
        units += [places] if fits else [[place] for place in places]
    wide = [sum(widths[place] for place in unit) for unit in units]
    return [[*range(named), *(place for unit in piece for place in units[unit])] for piece in _shared(wide, room)]


def _shared(widths: Sequence[float], room: float) -> list[list[int]]:
    """Returns the places of the widths in few pieces that go into the room, about as wide each."""
    whole = sum(widths)
    middles = [end - width / 2 for end, width in zip(accumulate(widths), widths, strict=True)]
    for count in range(1, len(widths)):
        runs = groupby(range(len(widths)), key=lambda place: int(count * middles[place] / whole))  # noqa: B023 - used up at once
        pieces = [list(run) for _piece, run in runs]
        if all(sum(widths[place] for place in piece) <= room for piece in pieces):
            return pieces
    return [[place] for place in range(len(widths))]


def _sheet(table: Table, widths: Sequence[float], texts: Sequence[Texts], size: Print, **place: Any) -> Sheet:
    shares = tuple(round(100 * width / sum(widths), 2) for width in widths)
    return Sheet(table, shares, size, tuple(_lines(table, texts)), **place)


def _lines(table: Table, texts: Sequence[Texts]) -> Iterator[Line]:
    looks = ["text" if column.kind == TEXT else "" for column in table.columns]
    keys = [column.key for column in table.columns]
    for number, (row, cells) in enumerate(zip(table.rows, zip(*texts, strict=True), strict=True)):
        look = "heading" if row.is_heading else "total" if row.is_total else "even" * (number % 2)
        if row.is_heading and not any(cells[1:]):
            yield Line(look, (Cell(cells[0] or "", looks[0], len(cells)),))
            continue
        worse = {key for key, mark in row.marks.items() if mark.is_worse}
        found = [
            Cell(text or "", f"{look} worse".strip() if key in worse else look)
            for text, look, key in zip(cells, looks, keys, strict=True)
        ]
        yield Line(look, tuple(found))


def _texts(column: Column, table: Table) -> Iterator[str | None]:
    """Yields what stands in a column, None where a row has no such cell."""
    known: dict[object, str] = {}
    for row in table.rows:
        if column.key not in row.values:
            yield None
            continue
        value = row.values[column.key]
        if value not in known:
            known[value] = as_shown(value, column.kind)
        yield known[value]


def _width(column: Column, texts: Texts, size: Print) -> float:
    """Returns the width in mm in which every number and every word of the heading stands unbroken."""
    heading = max((_ems(word) for word in str(column.title).split()), default=0) * BOLD * size.heading_em
    widest = max((_ems(text) for text in set(texts) if text), default=0)
    # A number may be bold: one that is worse than others.
    is_text = column.kind == TEXT
    cells = min(widest, WIDEST_TEXT) if is_text else widest * BOLD
    return max(heading, cells * size.em) + size.sides + APART_MM * is_text


def _ems(text: str) -> float:
    return sum(0.4 if sign in NARROW else 1.0 if sign in WIDE else 0.75 if sign.isupper() else 0.64 for sign in text)
