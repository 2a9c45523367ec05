"""A report's charts as one drawing, as SVG here and as a picture in `png.py`."""

from collections.abc import Mapping
from typing import Any

from core.api import InvalidInput
from core.api import gettext as _
from plugins.reports.charts.funnels import FONT, INK, on_paper
from plugins.reports.document import Document
from plugins.reports.output.paper import press

WIDTH = 720


def write_svg(document: Document) -> bytes:
    """Returns all charts, one below the other, under the report's title; InvalidInput if it has none."""
    return press([one_picture(document)])


def one_picture(document: Document) -> dict[str, Any]:
    """Returns the specification of all charts together; raises InvalidInput if there is none."""
    if not document.charts:
        raise InvalidInput(_("This report has no chart to draw with these settings."))
    charts = [
        on_paper({**chart.specification, "title": {"text": chart.title, "anchor": "start", "offset": 8}}, width=WIDTH)
        for chart in document.charts
    ]
    return _stacked(document, charts)


def _stacked(document: Document, charts: list[Mapping[str, Any]]) -> dict[str, Any]:
    parts = [{key: chart[key] for key in chart if key not in ("$schema", "config", "autosize")} for chart in charts]
    title = {"text": document.title, "subtitle": document.subtitle, "anchor": "start", "fontSize": 18, "offset": 16}
    return {
        "$schema": charts[0]["$schema"],
        "title": title,
        "vconcat": parts,
        "spacing": 28,
        "resolve": {"scale": {"x": "independent", "y": "independent", "color": "independent"}},
        "config": charts[0]["config"] | {"title": {"font": FONT, "fontSize": 14, "color": INK, "subtitleColor": INK}},
    }
