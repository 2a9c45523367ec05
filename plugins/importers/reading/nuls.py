"""NULs in text tables: signs that no text has, left by broken exports; they are left out, and their cells are told."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from core.api import lazy
from plugins.importers.columns.letters import column_letters
from plugins.importers.reading.table import Book

NAMED = 5


def notes_about_nuls(path: Path, book: Book) -> tuple:
    """Returns the sentence that names the first cells of a text table from which NULs are left out; none without."""
    if book.format != "text":
        return ()
    cells = list(islice(_cells_with_nuls(path, book), NAMED + 1))
    if not cells:
        return ()
    listed = ", ".join(cells[:NAMED]) + (", …" if len(cells) > NAMED else "")
    return (
        lazy(
            "Signs that are no text (NUL) are left out (%(places)s). Look whether these cells read right, or mend them "
            "in the file.",
            places=listed,
        ),
    )


def _cells_with_nuls(path: Path, book: Book) -> Iterator[str]:
    """Names such as B7; a cell that goes over several lines is named by the line on which the NUL stands."""
    with path.open(encoding=book.encoding, errors="replace", newline=None) as file:
        for number, line in enumerate(file, 1):
            if "\0" in line:
                # What the reader of csv would refuse stands in for it.
                parts = next(csv.reader([line.replace("\0", "\1")], delimiter=book.delimiter), [])
                yield from (f"{column_letters(place)}{number}" for place, part in enumerate(parts) if "\1" in part)
