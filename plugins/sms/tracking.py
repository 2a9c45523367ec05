"""What became of each part of a message, and what that means for the message.

A message is delivered when all of its parts are, and has failed when one has. A receipt that is quicker than the
answer to its part is kept until that is known.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from core.api import CRM, report_state, take_turns
from plugins.sms import receipts
from plugins.sms.models import EarlyReceipt, Gateway, IncomingPart, Part

CHANNEL = "sms"
TIDY = "sms.forget_old"
KEPT = timedelta(days=14)


def note_parts(crm: CRM, gateway: Gateway, refs: Mapping[int, Sequence[str]]) -> None:
    """Keeps the network's numbers of messages' parts, in order, and takes the receipts that were quicker."""
    now = crm.clock.now()
    parts = [
        Part(message_id=message_id, place=place, gateway=gateway.id, ref=receipts.kept_form(ref), state=receipts.SENT,
             reason="", changed_at=now)
        for message_id, numbers in refs.items()
        for place, ref in enumerate(numbers)
    ]  # fmt: skip
    known = {part.ref for part in parts}
    with crm.work():
        take_turns(crm, CHANNEL)
        Part.bulk_create(parts)
        for early in list(EarlyReceipt.select().where(EarlyReceipt.gateway == gateway.id)):
            if known.intersection(receipts.forms(early.ref)):
                early.delete_instance()
                _take(crm, gateway, receipts.Told(early.ref, early.state), early.reason)


def take_receipt(crm: CRM, gateway: Gateway, told: receipts.Told) -> None:
    """Takes what a receipt of a gateway says."""
    with crm.work():
        take_turns(crm, CHANNEL)
        _take(crm, gateway, told, str(told.reason))


def forget_old(crm: CRM, _args: Any, _progress: Any) -> None:
    """Forgets receipts of parts that nobody knew, and parts of messages whose others never came, after a fortnight."""
    before = crm.clock.now() - KEPT
    with crm.work():
        for model in (EarlyReceipt, IncomingPart):
            model.delete().where(model.came_at < before).execute()


def _take(crm: CRM, gateway: Gateway, told: receipts.Told, reason: str) -> None:
    part = _part_of(gateway, told.ref)
    if part is None:
        EarlyReceipt.create(gateway=gateway.id, ref=told.ref, state=told.state, reason=reason, came_at=crm.clock.now())
        return
    if part.state != receipts.SENT or told.state == receipts.SENT:
        return  # it came twice, or tells nothing new
    part.state, part.reason, part.changed_at = told.state, reason, crm.clock.now()
    part.save()
    states = [one.state for one in Part.select(Part.state).where(Part.message_id == part.message_id)]
    if told.state == receipts.FAILED:
        report_state(crm, CHANNEL, "", receipts.FAILED, reason=reason, message_id=part.message_id)
    elif all(one == receipts.DELIVERED for one in states):
        report_state(crm, CHANNEL, "", receipts.DELIVERED, message_id=part.message_id)


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
