"""What a network tells later of messages that we sent: receipts, which come late, twice and in any order."""

from collections.abc import Collection
from datetime import datetime
from zlib import crc32

from core.messages.models import Message, MessageEvent, Receipt
from core.messages.states import BOUNCED, FAILED, is_news
from core.runtime import CRM
from core.store.database import is_postgres
from core.store.plainly import read_row


def report_state(
    crm: CRM, channel: str, provider_ref: str, state: str, *, provider: str = "", at: datetime | None = None,
    reason: str = "", message_id: int | None = None,
) -> Message | None:  # fmt: skip
    """Takes a receipt and returns its message; one whose number isn't known yet is kept until it is.

    A receipt may come late, twice, in any order; what tells less than is known changes nothing. A network that gives
    our own number back says `message_id`; of a message that is not there it returns None. A number below zero is that
    of something which a plugin handed over by itself, and is kept for it like the network's own (`take_receipts`).
    """
    if message_id is not None and message_id < 0:
        provider_ref, message_id = str(message_id), None
    at = at or crm.clock.now()
    with crm.work():
        if message_id is not None:
            found = read_row(Message, message_id, is_locked=True)
            if found is None or found.channel != channel:
                return None
            if _is_of_earlier_try(found, provider_ref, state):
                return found
        else:
            found = _find_by_ref(crm, channel, provider, provider_ref)
        if found is not None:
            take_receipt(crm, found, state, at, reason)
            return found
        Receipt.create(
            channel=channel, provider=provider, provider_ref=provider_ref, state=state, at=at, reason=reason,
            came_at=crm.clock.now(),
        )  # fmt: skip
    return None


def take_receipts(crm: CRM, channel: str, numbers: Collection[str]) -> list[Receipt]:
    """Returns the receipts that wait for what bears these numbers, in the order in which they came; they wait no more.

    Call it inside the work that learns from them.
    """
    is_meant = (Receipt.channel == channel) & Receipt.provider_ref.in_(list(numbers))
    found = list(Receipt.select().where(is_meant).order_by(Receipt.id))
    if found:
        Receipt.delete().where(Receipt.id.in_([one.id for one in found])).execute()
    return found


def take_turns(crm: CRM, channel: str) -> None:
    """Lets one at a time tell or learn the network's numbers in a channel, until the work ends.

    Otherwise a receipt finds no message yet while its message, at the same moment, finds no receipt. On SQLite the turn
    of writers sees to it.
    """
    if is_postgres(crm.database):
        crm.database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (crc32(channel.encode()),))


def take_receipt(crm: CRM, message: Message, state: str, at: datetime, reason: str = "") -> None:
    """Brings a message to the state that a receipt tells, if that is news; call it inside the work."""
    if not is_news(message.state, state):
        return
    message.state, message.reason, message.changed_at = state, reason, crm.clock.now()
    message.save(only=[Message.state, Message.reason, Message.changed_at])
    MessageEvent.create(message=message.id, state=state, at=at, reason=reason)
    crm.changed("message", message.id, state)


def _is_of_earlier_try(message: Message, provider_ref: str, state: str) -> bool:
    """Tells whether a failure is that of a try before the one that is on its way now, which has another number."""
    is_other = bool(provider_ref and message.provider_ref) and provider_ref != message.provider_ref
    return is_other and state in (BOUNCED, FAILED)


def _find_by_ref(crm: CRM, channel: str, provider: str, provider_ref: str) -> Message | None:
    """Returns the newest message of a network's number, or None; nobody else learns of it until the work ends."""
    take_turns(crm, channel)
    query = Message.select().where(Message.channel == channel, Message.provider_ref == provider_ref)
    return query.where(Message.provider == provider).order_by(Message.id.desc()).first()
