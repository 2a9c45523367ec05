"""Saves, finds and deletes variants: named settings of a report, private or shared."""

from collections.abc import Sequence
from urllib.parse import urlencode

from core.api import CRM, InvalidInput, NotAllowed, NotFound, User, write_history
from core.api import gettext as _
from plugins.reports.models import Variant
from plugins.reports.registry import get_report, read_pairs

SHARE = "reports.share"
LONGEST_NAME = 80


def save_variant(
    crm: CRM, user: User, report: str, name: str, pairs: Sequence[tuple[str, str]], *, is_shared: bool = False
) -> Variant:
    """Returns the variant with these settings; one of the same name and owner gets the new ones.

    Raises InvalidInput for an empty name or settings that can't be used, NotAllowed if the user may not share.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        sentence = _("Give the settings a name of at most %(n)s characters.", n=LONGEST_NAME)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    if is_shared and not user.can(SHARE):
        raise NotAllowed(_("You may not share settings with everybody: save them for yourself."))
    read_pairs(crm, user, get_report(crm, report), pairs)
    with crm.work():
        now = crm.clock.now()
        variant = Variant.get_or_none(Variant.report == report, Variant.owner == user.id, Variant.name == name)
        if variant is None:
            variant = Variant(report=report, owner=user.id, name=name, created_at=now)
        variant.settings, variant.is_shared, variant.changed_at = [list(pair) for pair in pairs], is_shared, now
        variant.save()
        write_history(crm, "reports_variant", variant.id, "saved", {"name": [None, name]})
    return variant


def delete_variant(crm: CRM, user: User, variant_id: int) -> Variant:
    """Deletes a variant of the user's own, or a shared one if the user may share, and returns it."""
    variant = get_variant(user, variant_id)
    if variant.owner_id != user.id and not user.can(SHARE):
        raise NotAllowed(_("These settings belong to somebody else."))
    with crm.work():
        variant.delete_instance()
        write_history(crm, "reports_variant", variant_id, "deleted", {"name": [variant.name, None]})
    return variant


def get_variant(user: User, variant_id: int) -> Variant:
    """Returns a variant that the user may see; raises NotFound."""
    variant = Variant.get_or_none(Variant.id == variant_id)
    if variant is None or not (variant.is_shared or variant.owner_id == user.id):
        raise NotFound(_("There are no such saved settings; perhaps they were deleted."))
    return variant


def variants_of(user: User, report: str = "") -> list[Variant]:
    """Returns the variants that the user sees, own ones first, by name."""
    query = Variant.select().where((Variant.owner == user.id) | Variant.is_shared)
    if report:
        query = query.where(Variant.report == report)
    return sorted(query, key=lambda variant: (variant.owner_id != user.id, variant.name.casefold()))


def query_of(variant: Variant) -> str:
    """Returns the variant's settings as the query of an address, with the number of the variant."""
    return urlencode([*map(tuple, variant.settings), ("variant", str(variant.id))])
