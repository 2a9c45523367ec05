"""Tiles of the home page: which reports a user sees there, in which order.

Who has chosen none sees what people of that role usually need; the first change makes these the user's own.
"""

from dataclasses import dataclass

from peewee import JOIN, fn

from core.api import CRM, InvalidInput, NotFound, User, ngettext
from core.api import gettext as _
from plugins.reports.models import Variant
from plugins.reports.registry import OWN
from plugins.reports.variants.keeping import get_variant, is_seen
from plugins.reports.variants.models import Tile

MOST = 12
# By what a role sees: all, its team, its own.
USUAL = {"all": ("forecast", "hanging", "managers"), "team": ("hanging", "managers"), "own": ("funnel-open",)}


@dataclass(frozen=True)
class ShownTile:
    """A tile as the home page has it; `id` is 0 for a usual one."""

    id: int
    report: str
    variant: Variant | None


def tiles_of(user: User) -> list[ShownTile]:
    """Returns a user's tiles in order, by one query; those whose settings are seen no more are left out."""
    rows = list(
        Tile.select(Tile, Variant)
        .join(Variant, JOIN.LEFT_OUTER)
        .where(Tile.user == user.id)
        .order_by(Tile.place, Tile.id)
    )
    if not rows:
        return [ShownTile(0, report, None) for report in USUAL[user.role.scope]]
    return [
        ShownTile(row.id, row.report, row.variant if row.variant_id else None)
        for row in rows
        if row.report and (row.variant_id is None or is_seen(user, row.variant))
    ]


def add_tile(crm: CRM, user: User, report: str, variant_id: int | None) -> None:
    """Puts a report, or a variant of it, at the end of a user's home page; raises InvalidInput for too many."""
    variant = get_variant(user, variant_id) if variant_id else None
    with crm.work():
        _make_own(user)
        last, count = Tile.select(fn.MAX(Tile.place), fn.COUNT(Tile.id)).where(Tile.user == user.id).tuples()[0]
        if count >= MOST:
            sentence = ngettext(
                "The home page has room for %(n)s tile.", "The home page has room for %(n)s tiles.", MOST
            )
            raise InvalidInput(sentence)
        Tile.delete().where(Tile.user == user.id, Tile.report == "").execute()
        Tile.create(user=user.id, report=variant.report if variant else report, variant=variant, place=(last or 0) + 1)


def change_tile(crm: CRM, user: User, tile_id: int, report: str, action: str) -> None:
    """Moves a tile up or down, or takes it away; raises NotFound for somebody else's.

    A usual tile has no id; it is meant by its report.
    """
    with crm.work():
        _make_own(user)
        rows = list(Tile.select().where(Tile.user == user.id).order_by(Tile.place, Tile.id))
        found = next((row for row in rows if (row.id == tile_id if tile_id else row.report == report)), None)
        if found is None:
            raise NotFound(_("There is no such tile on your home page."))
        if action == "remove":
            rows.remove(found)
            found.delete_instance()
        else:
            place = rows.index(found)
            rows.insert(max(place + (1 if action == "down" else -1), 0), rows.pop(place))
        for place, row in enumerate(rows):
            row.place = place
            row.save()
        if not rows:
            Tile.create(user=user.id, report="", place=0)


def _make_own(user: User) -> None:
    """Makes the usual tiles the user's own, if there are no own ones."""
    if Tile.select().where(Tile.user == user.id).exists():
        return
    for place, report in enumerate(one for one in USUAL[user.role.scope] if one in OWN):
        Tile.create(user=user.id, report=report, place=place)
