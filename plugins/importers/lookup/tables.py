"""Second tables, in which the values of a field are looked up: the price of a product by its name, for example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.api import lazy
from plugins.importers import child
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.table import shown

MOST_ROWS = 50_000


@dataclass(frozen=True)
class Lookup:
    """A field's value found in another table: `column` is this file's column, `values` that table's key → value.

    `file`, `key` and `value` tell where the values come from: a file's name and the titles of two of its columns.
    """

    column: str
    values: Mapping[str, str]
    file: str = ""
    key: str = ""
    value: str = ""


@dataclass(frozen=True)
class Table:
    """The second table as text: its titles, and its filled rows, each as long as the titles."""

    name: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_table(path: Path, name: str) -> Table:
    """Returns the first sheet of a file with rows; raises ImportRefused for what is no table or too long."""
    look = child.look(path, "", None, "", "")
    first = look.header_row + 2
    if look.height - first > MOST_ROWS:
        sentence = lazy(
            "The file %(path)s has more than %(most)s rows; that is too long to look up in. Shorten it.",
            path=name,
            most=MOST_ROWS,
        )
        raise ImportRefused(sentence)
    wanted = frozenset(range(first, look.height + 1))
    width = len(look.titles)
    found = child.rows((str(path), look.sheet, look.encoding, look.delimiter), wanted)
    rows = (tuple(shown(cell) for cell in row[:width]) for _number, row in found)
    return Table(name, look.titles, tuple((*row, *[""] * (width - len(row))) for row in rows if any(row)))


def make_lookup(table: Table, column: str, key: str, value: str) -> Lookup:
    """Returns the lookup of this file's `column` in the table; raises ImportRefused for a title it doesn't have.

    A key that stands there twice, with different values, is refused too: nobody could say which of them is meant.
    """
    for title in (key, value):
        if title not in table.titles:
            raise ImportRefused(
                lazy(
                    "%(path)s has no column %(title)s; it has %(titles)s. Correct the map.",
                    path=table.name,
                    title=title,
                    titles=", ".join(table.titles),
                )
            )
    place, found = table.titles.index(key), table.titles.index(value)
    values: dict[str, str] = {}
    for row in table.rows:
        known = values.setdefault(row[place].casefold(), row[found])
        if row[place] and known != row[found]:
            raise ImportRefused(
                lazy(
                    "In %(path)s, “%(key)s” stands twice under %(title)s: once with “%(one)s”, once with “%(other)s”. "
                    "Leave one of the rows out.",
                    path=table.name,
                    key=row[place],
                    title=key,
                    one=known,
                    other=row[found],
                )
            )
    values.pop("", None)
    return Lookup(column, values, table.name, key, value)


def guess_columns(table: Table, columns: Mapping[str, Sequence[str]], is_amount: bool) -> tuple[str, str, str]:
    """Returns the most likely column of ours, key there and value there; `columns` are ours, with some of their cells.

    The key is the column that knows most of our cells; the value is, where an amount is sought, the last one that looks
    like an amount, since codes stand before prices.
    """
    best = (0.0, next(iter(columns), ""), table.titles[0])
    for place, title in enumerate(table.titles):
        known = {row[place].casefold() for row in table.rows}
        for ours, cells in columns.items():
            wanted = {cell.casefold() for cell in cells if cell}
            share = len(wanted & known) / len(wanted) if wanted else 0.0
            best = max(best, (share, ours, title), key=lambda one: one[0])
    _share, ours, key = best
    others = [title for title in table.titles if title != key] or [key]
    numbers = [title for title in others if is_amount and _is_amount(table, title)]
    return ours, key, numbers[-1] if numbers else others[0]


def _is_amount(table: Table, title: str) -> bool:
    place = table.titles.index(title)
    cells = [row[place] for row in table.rows if row[place]]
    return bool(cells) and all(cell[:1].isdigit() for cell in cells)
