"""The forms in which a report is handed out, by name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module

from core.api import InvalidInput
from core.api import gettext as _
from plugins.reports.document import Document

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    "table": "text/plain; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@dataclass(frozen=True)
class File:
    """A report as a file."""

    name: str
    media_type: str
    content: bytes


def write(document: Document, form: str, chart: str = "") -> File:
    """Returns the report in a form, with one `chart` of its charts alone if that is named by its key.

    Raises InvalidInput, naming the known ones, for another form or chart.
    """
    if form not in MEDIA_TYPES:
        known = ", ".join(MEDIA_TYPES)
        words = _("There is no format “%(form)s”; known are %(known)s.", form=form, known=known)
        raise InvalidInput(words, fields={"format": [words]})
    if chart:
        document = _with_one(document, chart)
    # Loaded when asked for: the workbook's maker is of no use to a page.
    maker: Callable[[Document], bytes] = getattr(import_module(f"plugins.reports.output.{form}"), f"write_{form}")
    ending = "txt" if form == "table" else form
    middle = f"-{chart}" if chart else ""
    return File(f"{document.name}{middle}-{document.made_at:%Y-%m-%d}.{ending}", MEDIA_TYPES[form], maker(document))


def _with_one(document: Document, key: str) -> Document:
    chosen = tuple(chart for chart in document.charts if chart.key == key)
    if not chosen:
        known = ", ".join(chart.key for chart in document.charts) or "—"
        words = _("There is no chart “%(key)s”; known are %(known)s.", key=key, known=known)
        raise InvalidInput(words, fields={"chart": [words]})
    return replace(document, draw=lambda: chosen)
