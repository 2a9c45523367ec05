"""The finished PDF says every cell of every report, row by row, in the order of the tables."""

import re
import subprocess

import pytest

from core.testing import sqlite_copy
from plugins.reports.document import as_shown
from plugins.reports.output.paper import press
from plugins.reports.output.pdf import write_html
from plugins.reports.output.sheets import sheets_of
from plugins.reports.registry import OWN, make_report
from tests.plugins.reports.test_every_report import MORE


@pytest.fixture
def database_url(tmp_path, enabled_plugins, filling):
    """Returns a database on SQLite: what a printer says does not hang on it."""
    return sqlite_copy(tmp_path, enabled_plugins, filling)


def said_in(pdf, tmp_path):
    """Returns the text of a PDF in the order in which it was written, without spaces and hyphens at ends of lines."""
    path = tmp_path / "reports.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return squeezed(told.stdout.decode())


def squeezed(text):
    return re.sub(r"\s|\f", "", text)


def rows_of(document):
    for sheet in (sheet for table in document.tables for sheet in sheets_of(table)):
        for row in sheet.table.rows:
            shown = [as_shown(row.values[one.key], one.kind) for one in sheet.table.columns if one.key in row.values]
            yield squeezed("".join(shown))


def test_paper_says_every_row_of_every_report(crm, base, tmp_path):
    documents = [make_report(crm, None, name, MORE.get(name, ())) for name in OWN]
    # One press for all of them, without charts: it is the words that are read here.
    said, at = said_in(press([], lambda: "".join(map(write_html, documents))), tmp_path), 0
    for document in documents:
        at = said.index(squeezed(document.title), at)
        for row in rows_of(document):
            found = said.find(row, at)
            assert found >= 0, f"{document.name}: {row} is missing after …{said[at - 40 : at + 200]}"
            at = found + len(row)
