"""The tiles of the home page as a panel; what they show comes when they are seen."""

from typing import Any
from urllib.parse import urlencode

from flask import url_for

from core.api import Panel, Report, User, present_crm
from plugins.reports.registry import all_reports
from plugins.reports.variants.keeping import query_of
from plugins.reports.variants.tiles import SIZES, ShownTile, tiles_of

PLACE = 300


def panels_of(user: User) -> list[Panel]:
    """Returns one panel with all tiles of a user who may read reports."""
    if not user.can("reports.read"):
        return []
    # The tile of a plugin that is off waits until it is on again.
    known = {report.name: report for report in all_reports(present_crm())}
    shown = [_drawn(tile, known[tile.report]) for tile in tiles_of(user) if tile.report in known]
    context = {"tiles": shown, "sizes": SIZES}
    return [Panel("tiles", "", "reports/tiles.html", context, PLACE, is_bare=True)] if shown else []


def _drawn(tile: ShownTile, report: Report) -> dict[str, Any]:
    address = url_for("reports.show", name=tile.report)
    asked = {"variant": tile.variant.id} if tile.variant else {"report": tile.report}
    return {
        "key": tile.key,
        "size": tile.size,
        "icon": report.icon,
        "title": tile.variant.name if tile.variant else report.title,
        "address": f"{address}?{query_of(tile.variant)}" if tile.variant else address,
        "body": f"{url_for('reports_saved.tile_body')}?{urlencode(asked)}",
    }
