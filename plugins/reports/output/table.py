"""A report as plain text for the terminal."""

import unicodedata

from core.api import gettext as _
from plugins.reports.document import TEXT, Column, Document, Row, Table, as_shown


def write_table(document: Document) -> bytes:
    """Returns title, settings, figures and tables, aligned in columns of a fixed-width font."""
    lines = [document.title, document.subtitle]
    lines += [f"{label}: {value}" for label, value in document.settings]
    lines += [""] * bool(document.summary) + list(document.summary)
    for table in document.tables:
        lines += ["", *_table_lines(table)]
    if document.figures:
        lines.append("")
        width = max(_width(str(figure.title)) for figure in document.figures)
        lines += [
            f"{_padded(str(figure.title), width)}  {as_shown(figure.value, figure.kind)}" for figure in document.figures
        ]
    lines += [""] * bool(document.notes) + list(map(str, document.notes))
    return ("\n".join(lines) + "\n").encode()


def _table_lines(table: Table) -> list[str]:
    if not table.rows:
        return [table.title, _("Nothing to show.")]
    head = [" ".join(filter(None, (str(column.group), str(column.title)))) for column in table.columns]
    cells = [[_shown(row, column) for column in table.columns] for row in table.rows]
    widths = [max(map(_width, column)) for column in zip(head, *cells, strict=True)]
    lines = [_line(head, widths, table.columns), "  ".join("─" * width for width in widths)]
    lines += [_line(line, widths, table.columns) for line in cells]
    return [*([table.title, ""] if table.title else []), *lines, *table.notes]


def _shown(row: Row, column: Column) -> str:
    if column.key not in row.values:
        return ""
    mark = " !" if column.key in row.marks and row.marks[column.key].is_worse else ""
    return as_shown(row.values[column.key], column.kind) + mark


def _line(cells: list[str], widths: list[int], columns: tuple[Column, ...]) -> str:
    padded = [
        _padded(cell, width, to_right=column.kind != TEXT)
        for cell, width, column in zip(cells, widths, columns, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _padded(text: str, width: int, *, to_right: bool = False) -> str:
    room = " " * (width - _width(text))
    return room + text if to_right else text + room


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
