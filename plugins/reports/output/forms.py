"""The forms in which a report is handed out, by name."""

from collections.abc import Callable
from dataclasses import dataclass
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
}


@dataclass(frozen=True)
class File:
    """A report as a file."""

    name: str
    media_type: str
    content: bytes


def write(document: Document, form: str) -> File:
    """Returns the report in a form; raises InvalidInput naming the known forms."""
    if form not in MEDIA_TYPES:
        known = ", ".join(MEDIA_TYPES)
        words = _("There is no format “%(form)s”; known are %(known)s.", form=form, known=known)
        raise InvalidInput(words, fields={"format": [words]})
    # Loaded when asked for: the workbook's maker is of no use to a page.
    maker: Callable[[Document], bytes] = getattr(import_module(f"plugins.reports.output.{form}"), f"write_{form}")
    ending = "txt" if form == "table" else form
    return File(f"{document.name}-{document.made_at:%Y-%m-%d}.{ending}", MEDIA_TYPES[form], maker(document))
