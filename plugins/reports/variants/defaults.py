"""One's default: the saved settings with which a report begins when nothing else is asked for."""

from core.api import CRM, User
from plugins.reports.models import Variant
from plugins.reports.variants.keeping import get_variant, is_seen
from plugins.reports.variants.models import Default


def default_of(user: User, report: str) -> Variant | None:
    """Returns the variant with which a report begins for a user, or None; one that is seen no more counts no more."""
    found = (
        Default.select(Default, Variant).join(Variant).where(Default.user == user.id, Default.report == report).first()
    )
    return found.variant if found is not None and is_seen(user, found.variant) else None


def begin_with(crm: CRM, user: User, variant_id: int, *, is_default: bool = True) -> Variant:
    """Lets the report of a variant begin with it for this user, or without it; returns the variant."""
    variant = get_variant(user, variant_id)
    mine = (Default.user == user.id) & (Default.report == variant.report)
    with crm.work():
        Default.delete().where(mine if is_default else mine & (Default.variant == variant.id)).execute()
        if is_default:
            Default.create(user=user.id, report=variant.report, variant=variant.id)
    return variant


def switch(crm: CRM, user: User, variant_id: int) -> Variant:
    """Lets the report of a variant begin with it for this user, or no more if it does already; returns the variant."""
    found = default_of(user, get_variant(user, variant_id).report)
    return begin_with(crm, user, variant_id, is_default=found is None or found.id != variant_id)
