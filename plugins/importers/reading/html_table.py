"""The web page that some programs save under the name .xls: its largest table, read plainly."""

from html.parser import HTMLParser
from pathlib import Path

from core.api import lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.table import MAX_COLUMNS, Book, Row, Sheet
from plugins.importers.reading.text import SAMPLE_BYTES, guess_encoding

MAX_HTML = 50 * 2**20


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._close_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._close_cell()
            self.cell = []
            span = dict(attrs).get("colspan") or "1"
            self.span = min(int(span), MAX_COLUMNS) if span.isdigit() else 1
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close_cell()

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _close_cell(self) -> None:
        if self.cell is not None:
            self.tables[-1][-1] += ["".join(self.cell).strip()] + [""] * (self.span - 1)
            self.cell = None


def read_html(path: Path) -> Book:
    """Returns the largest table of a page; raises ImportRefused if it has none or is too large."""
    if path.stat().st_size > MAX_HTML:
        raise ImportRefused(
            lazy("The file is a large web page. Open it in the spreadsheet program and save it as .xlsx.")
        )
    content = path.read_bytes()
    parser = _Tables()
    parser.feed(content.decode(guess_encoding(content[:SAMPLE_BYTES], path), "replace").replace("\0", ""))
    rows = max(parser.tables, key=len, default=[])
    width = max((len(row) for row in rows), default=0)
    if not width:
        raise ImportRefused(
            lazy("The file is a web page without a table. Save the table as .xlsx or .csv and import that.")
        )
    if width > MAX_COLUMNS:
        raise ImportRefused(lazy("The table has too many columns. Delete those you don't need and save it as .xlsx."))
    return Book("html", (Sheet("", lambda: iter([list(row) for row in rows]), len(rows), width, is_text=True),))
