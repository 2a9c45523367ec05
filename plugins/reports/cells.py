"""The cells of a row as its page shows them, written in one go: a matrix has thousands, and a template asks slowly.

A number bears no class, since most cells are numbers; a text has one.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from plugins.reports.addresses import addresses
from plugins.reports.document import TEXT, Column, Row, as_shown


def cells_of(row: Row, columns: Sequence[Column]) -> Markup:
    """Returns the cells of a row in these columns: each with the list behind it, and with what is said of it."""
    values, links, marks = row.values, row.links, row.marks
    address_of = addresses()
    found = []
    for column in columns:
        key, is_text = column.key, column.kind == TEXT
        text = escape(_shown(values[key], column.kind)) if key in values else ""
        link, mark = links.get(key), None if is_text else marks.get(key)
        if link and (is_text or key in values):
            text = f'<a href="{escape(address_of(link))}">{text}</a>'
        look = ' class="report-words"' if is_text else ' class="report-worse"' if mark and mark.is_worse else ""
        found.append(f'<td{look} title="{escape(mark.words)}">{text}</td>' if mark else f"<td{look}>{text}</td>")
    return Markup("".join(found))  # noqa: S704 - whatever is not ours in it is escaped above


def _shown(value: Any, kind: str) -> str:
    return str(value) if kind == TEXT else as_shown(value, kind)
