"""The cells of a row as its page shows them, made in one go: a matrix has thousands, and a template asks slowly."""

from collections.abc import Sequence
from typing import NamedTuple

from plugins.reports.addresses import address_of
from plugins.reports.document import TEXT, Column, Row, as_shown


class Cell(NamedTuple):
    """What stands in a cell, the list behind it, the classes of its look, and what is said to who points at it."""

    text: str
    address: str
    look: str
    words: str


def cells_of(row: Row, columns: Sequence[Column]) -> list[Cell]:
    """Returns the cells of a row in these columns."""
    values, links, marks = row.values, row.links, row.marks
    found = []
    for column in columns:
        key, is_text = column.key, column.kind == TEXT
        text = str(values.get(key, "")) if is_text else as_shown(values[key], column.kind) if key in values else ""
        link, mark = links.get(key), None if is_text else marks.get(key)
        look = "" if is_text else "num"
        if mark:
            look += " report-worse" if mark.is_worse else " report-judged"
        has_link = link and (is_text or key in values)
        found.append(Cell(text, address_of(link) if has_link else "", look, mark.words if mark else ""))
    return found
