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
REMOVE, STEPS = "remove", {"up": -1, "down": 1}
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
        if _is_shown(user, row)
    ]


def add_tile(crm: CRM, user: User, report: str, variant_id: int | None, size: str = SMALL) -> Tile:
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
        return Tile.create(
            user=user.id,
            report=variant.report if variant else report,
            variant=variant,
            place=(last or 0) + 1,
            size=size,
        )


def change_tile(crm: CRM, user: User, key: str, action: str) -> Tile:
    """Moves a tile up or down, makes it small, wide or large, or takes it away, and returns it.

    Raises NotFound for somebody else's, InvalidInput for another action.
    """
    if action == REMOVE:
        return remove_tile(crm, user, key)
    if action in SIZES:
        return arrange_tile(crm, user, key, size=action)
    if action not in STEPS:
        raise InvalidInput(_("Choose what to do with the tile."))
    return arrange_tile(crm, user, key, step=STEPS[action])


def arrange_tile(crm: CRM, user: User, key: str, *, size: str = "", place: int | None = None, step: int = 0) -> Tile:
    """Returns a tile with another size, at another place counted from 0, or some steps further; raises NotFound."""
    with crm.work():
        rows = _own_rows(user)
        found = _find(rows, key)
        found.size = size or found.size
        at = rows.index(found)
        rows.insert(max((at if place is None else place) + step, 0), rows.pop(at))
        _save_order(rows)
    return found


def remove_tile(crm: CRM, user: User, key: str) -> Tile:
    """Takes a tile away and returns it; who has none left wants none. Raises NotFound for somebody else's."""
    with crm.work():
        rows = _own_rows(user)
        found = _find(rows, key)
        rows.remove(found)
        found.delete_instance()
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


def none_such() -> str:
    """Returns the sentence about a tile that is not there."""
    return _("There is no such tile on your home page.")


def _own_rows(user: User) -> list[Tile]:
    """Returns the user's tiles as the home page has them, then those whose settings are seen no more."""
    _make_own(user)
    query = Tile.select(Tile, Variant).join(Variant, JOIN.LEFT_OUTER).where(Tile.user == user.id)
    return sorted(query.order_by(Tile.place, Tile.id), key=lambda row: not _is_shown(user, row))


def _is_shown(user: User, row: Tile) -> bool:
    return bool(row.report) and (row.variant_id is None or is_seen(user, row.variant))


def _find(rows: Sequence[Tile], key: str) -> Tile:
    """Returns the tile of a key: a page that was opened before the first change still calls usual ones by report."""
    is_usual = not key.isdigit()
    found = (row for row in rows if (row.report == key and row.variant_id is None if is_usual else str(row.id) == key))
    if (tile := next(found, None)) is None:
        raise NotFound(none_such())
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
