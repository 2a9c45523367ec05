"""What became of each part of a message, and what that means for the message.

A message is delivered when all of its parts are, and has failed when one has. Sent once more, only the parts go that
no gateway took or that failed. A receipt that is quicker than the answer to its part is kept until that is known.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.api import CRM, gettext, report_state, take_turns
from plugins.sms import receipts
from plugins.sms.models import Delivery, EarlyReceipt, Gateway, IncomingPart, Part

CHANNEL = "sms"
TIDY = "sms.forget_old"
KEPT = timedelta(days=14)
JOINED = timedelta(days=1)


@dataclass(frozen=True)
class Taken:
    """The parts of a message that a gateway took: the network's numbers by the part's place, of `total` parts."""

    message_id: int
    total: int
    refs: Mapping[int, str]


def note_parts(crm: CRM, gateway: Gateway, taken: Sequence[Taken]) -> None:
    """Keeps the network's numbers of messages' parts, and takes the receipts that were quicker."""
    now = crm.clock.now()
    parts = [
        Part(message_id=one.message_id, place=place, total=one.total, gateway=gateway.id, ref=receipts.kept_form(ref),
             state=receipts.SENT, reason="", changed_at=now)
        for one in taken
        for place, ref in sorted(one.refs.items())
    ]  # fmt: skip
    with crm.work():
        take_turns(crm, CHANNEL)
        Part.bulk_create(parts)
        for early in _early(gateway, {part.ref for part in parts}):
            early.delete_instance()
            _take(crm, gateway, receipts.Told(early.ref, early.state), early.reason)


def take_receipt(crm: CRM, gateway: Gateway, told: receipts.Told) -> None:
    """Takes what a receipt of a gateway says."""
    with crm.work():
        take_turns(crm, CHANNEL)
        _take(crm, gateway, told, str(told.reason))


def taken_before(crm: CRM, gateway: Gateway, message_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Returns the parts of messages that need not be sent again: their numbers by message and place.

    A phone joins parts that come within a day; after that the whole text goes once more.
    """
    found: dict[int, dict[int, str]] = {}
    if not message_ids:
        return found
    here = (Part.gateway == gateway.id) & Part.message_id.in_(message_ids)
    for part in Part.select().where(here, Part.changed_at >= crm.clock.now() - JOINED).order_by(Part.id):
        if part.state == receipts.FAILED:
            found.get(part.message_id, {}).pop(part.place, None)
        else:
            found.setdefault(part.message_id, {})[part.place] = part.ref
    return found


def has_begun(message_id: int) -> bool:
    """Tells whether a gateway took a part of a message: then another would send that part twice."""
    return Part.select().where(Part.message_id == message_id, Part.state != receipts.FAILED).exists()


def forget_old(crm: CRM, _args: Any, _progress: Any) -> None:
    """Forgets receipts of parts that nobody knew, and parts of messages whose others never came, after a fortnight."""
    before = crm.clock.now() - KEPT
    with crm.work():
        for model in (EarlyReceipt, IncomingPart, Delivery):
            model.delete().where(model.came_at < before).execute()


def _early(gateway: Gateway, refs: Collection[str]) -> list[EarlyReceipt]:
    """Returns the receipts of a gateway that came before these numbers were known, in the order in which they came."""
    forms = sorted({form for ref in refs for form in receipts.forms(ref)})
    here = (EarlyReceipt.gateway == gateway.id) & EarlyReceipt.ref.in_(forms)
    found = EarlyReceipt.select().where(here).order_by(EarlyReceipt.id) if forms else ()
    return [one for one in found if not refs.isdisjoint(receipts.forms(one.ref))]


def _take(crm: CRM, gateway: Gateway, told: receipts.Told, reason: str) -> None:
    part = _part_of(gateway, told.ref)
    if part is None:
        # Kept as it is compared, so that its part finds it by the index.
        ref = receipts.kept_form(told.ref)
        EarlyReceipt.create(gateway=gateway.id, ref=ref, state=told.state, reason=reason, came_at=crm.clock.now())
        return
    if part.state != receipts.SENT or told.state == receipts.SENT:
        return  # it came twice, or tells nothing new
    part.state, part.reason, part.changed_at = told.state, reason, crm.clock.now()
    part.save()
    tries = list(Part.select().where(Part.message_id == part.message_id).order_by(Part.id))
    newest = {one.place: one for one in tries}
    arrived = {one.place for one in tries if one.state == receipts.DELIVERED}
    if told.state == receipts.DELIVERED and len(arrived) >= part.total and arrived == newest.keys():
        report_state(crm, CHANNEL, "", receipts.DELIVERED, message_id=part.message_id)
    elif told.state == receipts.FAILED and newest[part.place].id == part.id and part.place not in arrived:
        report_state(crm, CHANNEL, "", receipts.FAILED, reason=_of_part(part), message_id=part.message_id)


def _of_part(part: Part) -> str:
    """Returns why a part failed, naming it where there are several."""
    if part.total == 1:
        return part.reason
    return gettext(
        "Part %(place)s of %(total)s: %(reason)s", place=part.place + 1, total=part.total, reason=part.reason
    )


def _part_of(gateway: Gateway, ref: str) -> Part | None:
    """Returns the part that a receipt means: of several that bear its number, the likeliest, then the newest."""
    for form in receipts.forms(ref):
        query = Part.select().where(Part.gateway == gateway.id, Part.ref == form)
        # A constant number, as some networks give, means no part in particular: the oldest that waits takes it.
        waiting = query.where(Part.state == receipts.SENT).order_by(Part.id).first()
        found = waiting or query.order_by(Part.id.desc()).first()
        if found is not None:
            return found
    return None
