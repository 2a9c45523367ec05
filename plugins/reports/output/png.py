"""A report's charts as one picture, for letters and slides."""

from plugins.reports.document import Document
from plugins.reports.output.paper import press
from plugins.reports.output.svg import one_picture


def write_png(document: Document) -> bytes:
    """Returns all charts, one below the other, under the report's title; InvalidInput if it has none."""
    return press([one_picture(document)], picture="png")
