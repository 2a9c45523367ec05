"""Tiles of the home page: which reports a user sees there, in which order, and how large.

Who has chosen none sees what people of that role usually need; the first change makes these the user's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import JOIN, fn

from core.api import CRM, InvalidInput, NotFound, User, lazy, ngettext
from core.api import gettext as _
from plugins.reports.models import Variant
from plugins.reports.registry import OWN
from plugins.reports.variants.keeping import get_variant, is_seen
from plugins.reports.variants.models import Tile

MOST = 12
SMALL, WIDE, LARGE = "small", "wide", "large"
SIZES = {SMALL: lazy("Small"), WIDE: lazy("Wide"), LARGE: lazy("Large")}
# By what a role sees: all, its team, its own.
USUAL = {"all": ("forecast", "hanging", "managers"), "team": ("hanging", "managers"), "own": ("funnel-open",)}


@dataclass(frozen=True)
class ShownTile:
    """A tile as the home page has it; `key` is its number, or the report of a usual one, which is kept nowhere yet."""

    key: str
    report: str
    variant: Variant | None = None
    size: str = SMALL


def tiles_of(user: User) -> list[ShownTile]:
    """Returns a user's tiles in order, by one query; those whose settings are seen no more are left out."""
    rows = list(
        Tile.select(Tile, Variant)
        .join(Variant, JOIN.LEFT_OUTER)
        .where(Tile.user == user.id)
        .order_by(Tile.place, Tile.id)
    )
    if not rows:
        return [ShownTile(report, report) for report in USUAL[user.role.scope]]
    return [
        ShownTile(str(row.id), row.report, row.variant if row.variant_id else None, row.size)
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


def change_tile(crm: CRM, user: User, key: str, action: str) -> Tile:
    """Moves a tile up or down, makes it small, wide or large, or takes it away, and returns it.

    Raises NotFound for somebody else's.
    """
    with crm.work():
        rows = _own_rows(user)
        found = _find(rows, key)
        place = rows.index(found)
        if action == "remove":
            rows.remove(found)
            found.delete_instance()
        elif action in SIZES:
            found.size = action
        else:
            rows.insert(max(place + (1 if action == "down" else -1), 0), rows.pop(place))
        _save_order(rows)
        if not rows:
            Tile.create(user=user.id, report="", place=0)
    return found


def order_tiles(crm: CRM, user: User, keys: Sequence[str]) -> None:
    """Puts a user's tiles into the order of their keys; those that are not named, since none shows them, come last."""
    with crm.work():
        rows = _own_rows(user)
        first = [_find(rows, key) for key in dict.fromkeys(keys)]
        _save_order([*first, *(row for row in rows if row not in first)])


def _own_rows(user: User) -> list[Tile]:
    _make_own(user)
    return list(Tile.select().where(Tile.user == user.id).order_by(Tile.place, Tile.id))


def _find(rows: Sequence[Tile], key: str) -> Tile:
    """Returns the tile of a key: a page that was opened before the first change still calls usual ones by report."""
    is_usual = not key.isdigit()
    found = (row for row in rows if (row.report == key and row.variant_id is None if is_usual else str(row.id) == key))
    if (tile := next(found, None)) is None:
        raise NotFound(_("There is no such tile on your home page."))
    return tile


def _save_order(rows: Sequence[Tile]) -> None:
    for place, row in enumerate(rows):
        row.place = place
        row.save()


def _make_own(user: User) -> None:
    """Makes the usual tiles the user's own, if there are no own ones."""
    if Tile.select().where(Tile.user == user.id).exists():
        return
    for place, report in enumerate(one for one in USUAL[user.role.scope] if one in OWN):
        Tile.create(user=user.id, report=report, place=place)
