"""Knows a message again that an SMPP gateway delivers once more, since its line broke before it had our answer.

The protocol gives such a message neither a number nor a mark. It is taken for the same as one that came over an earlier
line if sender, receiver and octets are the same and no more than AGAIN lies between them. So a client who writes the
same twice within that time is heard once if the line broke in between, and what a gateway delivers again later than
that comes in twice.
"""

import hashlib
from datetime import timedelta
from typing import Any

from core.api import CRM
from plugins.sms.models import Delivery, Gateway

AGAIN = timedelta(minutes=5)


def is_repeated(crm: CRM, gateway: Gateway, line: str, pdu: Any) -> bool:
    """Tells whether a message that came over a line is one of an earlier line, and keeps it to be known again.

    Call it inside the work that takes the message: what is not taken must not be known.
    """
    now = crm.clock.now()
    Delivery.delete().where(Delivery.gateway == gateway.id, Delivery.came_at < now - AGAIN).execute()
    digest = _digest(pdu)
    same = (Delivery.gateway == gateway.id) & (Delivery.digest == digest)
    before = Delivery.select().where(same, Delivery.line != line).order_by(Delivery.id).first()
    if before is None:
        Delivery.create(gateway=gateway.id, digest=digest, line=line, came_at=now)
        return False
    before.line, before.came_at = line, now  # this line may break before our answer, too
    before.save()
    return True


def _digest(pdu: Any) -> str:
    """Returns what is the same of a message however often it is delivered; a part's place stands in it or beside it."""
    names = (
        "source_addr", "destination_addr", "esm_class", "data_coding", "short_message", "message_payload",
        "sar_msg_ref_num", "sar_segment_seqnum", "user_message_reference",
    )  # fmt: skip
    return hashlib.sha256(repr([getattr(pdu, name, None) for name in names]).encode()).hexdigest()
