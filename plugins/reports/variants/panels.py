"""The tiles of the home page as its panels; what they show comes when they are seen."""

from urllib.parse import urlencode

from flask import url_for

from core.api import Panel, User, present_crm
from plugins.reports.registry import all_reports, get_report
from plugins.reports.variants.keeping import query_of
from plugins.reports.variants.tiles import ShownTile, tiles_of

PLACE = 300


def panels_of(user: User) -> list[Panel]:
    """Returns the tiles of a user who may read reports."""
    if not user.can("reports.read"):
        return []
    # The tile of a plugin that is off waits until it is on again.
    known = {report.name for report in all_reports(present_crm())}
    shown = [tile for tile in tiles_of(user) if tile.report in known]
    return [_panel(place, tile) for place, tile in enumerate(shown)]


def _panel(place: int, tile: ShownTile) -> Panel:
    report = get_report(present_crm(), tile.report)
    address = url_for("reports.show", name=tile.report)
    asked = {"variant": tile.variant.id} if tile.variant else {"report": tile.report}
    return Panel(
        f"tile-{place}",
        tile.variant.name if tile.variant else report.title,
        "reports/tile.html",
        {
            "tile": tile,
            "is_first": place == 0,
            "address": f"{address}?{query_of(tile.variant)}" if tile.variant else address,
            "body": f"{url_for('reports_saved.tile_body')}?{urlencode(asked)}",
        },
        PLACE + place,
    )
