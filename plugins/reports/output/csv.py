"""A report's rows as csv: the names of the contract as headers, points in numbers, UTF-8 with a mark for Excel."""

import csv
import io
from typing import Any

from plugins.reports.document import Document

MARK = "\ufeff"
# What a spreadsheet would take for a formula (OWASP, "CSV injection").
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(document: Document) -> bytes:
    """Returns the rows of the contract, one a line; nothing stands where there is no value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    rows = document.data["rows"]
    columns = document.tables[0].columns if document.tables else ()
    names = list(rows[0]) if rows else [column.key for column in columns]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    return (MARK + text.getvalue()).encode()


def harmless(text: str) -> str:
    """Returns a text that no spreadsheet runs: one that looks like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else value
