"""Reasons of loss: the list that a lost deal chooses from."""

from collections.abc import Mapping
from typing import Any

from core.errors import InvalidInput, NotFound
from core.i18n import _, speaking
from core.runtime import CRM
from core.stages.models import LossReason
from core.store import audit

NOT_GIVEN = "not_given"


def create_reason(
    crm: CRM, name: str, *, needs_note: bool = False, key: str = "", is_active: bool = True
) -> LossReason:
    """Returns a new reason of loss; raises InvalidInput for a name that is empty or taken."""
    name = _free_name(name)
    with crm.work():
        reason = LossReason.create(name=name, needs_note=needs_note, key=key, is_active=is_active)
        audit.record(crm, "loss_reason", reason.id, "created", {"name": [None, name]})
    return reason


def change_reason(crm: CRM, reason: LossReason, values: Mapping[str, Any]) -> LossReason:
    """Changes name, whether a note is needed, or whether the reason may still be chosen, and returns it."""
    if "name" in values:
        values = {**values, "name": _free_name(values["name"], besides=reason)}
    changes = audit.differences({name: getattr(reason, name) for name in values}, values)
    if changes:
        for name, (_before, after) in changes.items():
            setattr(reason, name, after)
        with crm.work():
            reason.save()
            audit.record(crm, "loss_reason", reason.id, "changed", changes)
    return reason


def all_reasons() -> list[LossReason]:
    """Returns every reason, the usable ones first."""
    return list(LossReason.select().order_by(LossReason.is_active.desc(), LossReason.id))


def usable_reasons() -> list[LossReason]:
    """Returns the reasons that a user may choose."""
    return list(LossReason.select().where(LossReason.is_active).order_by(LossReason.id))


def get_reason(reason_id: int) -> LossReason:
    """Returns a reason; raises NotFound."""
    reason = LossReason.get_or_none(LossReason.id == reason_id)
    if reason is None:
        raise NotFound(_("There is no such reason of loss."))
    return reason


def find_reason(name: str) -> LossReason | None:
    """Returns the reason of a name, whatever its case, or None."""
    wanted = name.strip().casefold()
    return next((reason for reason in LossReason.select() if reason.name.casefold() == wanted), None)


def not_given(crm: CRM) -> LossReason:
    """Returns the reason of lost deals that an import brought without one; no user can choose it."""
    reason = LossReason.get_or_none(LossReason.key == NOT_GIVEN)
    if reason is not None:
        return reason
    with speaking(crm.config.language):
        return create_reason(crm, _("Not given"), key=NOT_GIVEN, is_active=False)


def _free_name(name: str, besides: LossReason | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput(_("A reason needs a name."), fields={"name": [_("Type a name.")]})
    taken = find_reason(name)
    if taken is not None and (besides is None or taken.id != besides.id):
        sentence = _("There is already a reason “%(name)s”.", name=taken.name)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    return name
