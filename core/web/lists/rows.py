"""The rows of a whole list for a file: the chosen columns of all that matches, read in pieces."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.fields import label_of, resolve, titles
from core.i18n import _
from core.web.lists.cells import text_of, words_of
from core.web.lists.source import Source

PIECE = 1_000


@dataclass(frozen=True)
class Table:
    """A list as a file has it: its head, how many rows there are to come, and these, one by one."""

    header: list[str]
    size: int
    rows: Iterator[list[Any]]


def table_of(source: Source, paths: tuple[str, ...]) -> Table:
    """Returns the table of a list's columns; the ids are read at once, eight bytes each, their values in pieces.

    Where a number led to more than the list holds otherwise, a last column says what is the matter with such a record.
    """
    header = [label_of(source.crm, source.entity, path) for path in paths]
    header += [_("Note")] if source.led is not None else []
    ids = array("q", (row[0] for row in source.crm.database.execute(source.ordered())))
    return Table(header, len(ids), _rows(source, ids, paths))


def _rows(source: Source, ids: array, paths: tuple[str, ...]) -> Iterator[list[Any]]:
    fields = {path: resolve(source.crm, source.entity, path).field for path in paths}
    for at in range(0, len(ids), PIECE):
        piece = ids[at : at + PIECE].tolist()
        values = source.values(piece, paths)
        named = _names(source, fields, values)
        marks = source.marks(piece)
        for one in piece:
            if one in values:
                row = values[one]
                yield [
                    text_of(source.crm, source.list_page, path, field, row, named.get(field.target, {}))
                    for path, field in fields.items()
                ] + ([words_of(marks.get(one))] if source.led is not None else [])


def _names(source: Source, fields: dict[str, Any], values: dict[int, dict[str, Any]]) -> dict[str, dict[int, str]]:
    wanted: dict[str, set[int]] = {}
    for path, field in fields.items():
        if field.kind in ("user", "link"):
            wanted.setdefault(field.target, set()).update(row[path] for row in values.values() if row[path] is not None)
    return {target: titles(source.crm, target, ids) for target, ids in wanted.items()}
