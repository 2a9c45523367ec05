"""What a network tells later: receipts of messages we sent, and messages that clients send to us."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zlib import crc32

from peewee import JOIN

from core.clients.consent import record_consent
from core.clients.models import Client, Contact, ContactPoint
from core.deals.models import Deal
from core.hooks.channels import Channel
from core.i18n import _
from core.interactions.services import log_interaction
from core.messages.incoming import OWN_FACTS, keep_files
from core.messages.models import Message, MessageEvent, Receipt
from core.messages.states import ANSWERED, ARRIVING, BOUNCED, FAILED, RECEIVED, is_news
from core.messages.writing import channel_of
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
    with crm.work():
        at = at or crm.clock.now()
        if message_id is not None:
            found = read_row(Message, message_id, is_locked=True)
            if found is not None and found.channel != channel:
                return None
            if found is not None and not _is_of_earlier_try(found, provider_ref, state):
                take_receipt(crm, found, state, at, reason)
            return found
        take_turns(crm, channel)
        found = (
            Message.select()
            .where(Message.channel == channel, Message.provider_ref == provider_ref, Message.provider == provider)
            .order_by(Message.id.desc())
            .first()
        )
        if found is None:
            Receipt.create(
                channel=channel, provider=provider, provider_ref=provider_ref, state=state, at=at, reason=reason,
                came_at=crm.clock.now(),
            )  # fmt: skip
            return None
        take_receipt(crm, found, state, at, reason)
    return found


def take_receipts(crm: CRM, channel: str, numbers: Collection[str]) -> list[Receipt]:
    """Returns the receipts that wait for what bears these numbers, in the order in which they came; they wait no more.

    Call it inside the work that learns from them.
    """
    is_meant = (Receipt.channel == channel) & Receipt.provider_ref.in_(list(numbers))
    found = list(Receipt.select().where(is_meant).order_by(Receipt.id))
    if found:
        Receipt.delete().where(Receipt.id.in_([one.id for one in found])).execute()
    return found


def _is_of_earlier_try(message: Message, provider_ref: str, state: str) -> bool:
    """Tells whether a failure is that of a try before the one that is on its way now, which has another number."""
    is_other = bool(provider_ref and message.provider_ref) and provider_ref != message.provider_ref
    return is_other and state in (BOUNCED, FAILED)


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


def receive_message(
    crm: CRM, channel: str, *, address: str, body: str, provider_ref: str = "", subject: str = "",
    at: datetime | None = None, extra: Mapping[str, Any] | None = None, files: Iterable[tuple[str, bytes]] = (),
) -> Message:  # fmt: skip
    """Returns the row of a message that came in, on the timeline of the client whose address it is, if known.

    Given again by the network (the same `provider_ref`) it is the same row. A stop word alone withdraws consent. The
    last message that was sent to this address counts as answered. `files` came with it, as pairs of name and bytes:
    what each is follows from its first bytes; one that is empty or larger than an upload may be is left out and named.
    """
    way = channel_of(crm, channel)
    # A stranger may send anything; PostgreSQL keeps no text with a NUL in it.
    address, body, subject = (text.replace("\x00", "") for text in (address, body, subject))
    key = f"in:{channel}:{provider_ref}" if provider_ref else None
    now = crm.clock.now()
    with crm.work():
        if key and (known := Message.get_or_none(Message.dedupe_key == key)):
            return known
        last = _last_sent(way, address)
        client, contact = (last.client, last.contact) if last else whose(way, address)
        message = Message.create(
            channel=way.key,
            direction="in",
            client=client.id if client else None,
            contact=contact.id if contact else None,
            deal=last.deal_id if last else None,
            address=address,
            subject=subject,
            body=body,
            # What a network says of files is none of ours: who sees a message may download what it names.
            extra={name: value for name, value in (extra or {}).items() if name not in OWN_FACTS},
            state=RECEIVED,
            provider_ref=provider_ref,
            dedupe_key=key,
            send_after=now,
            created_at=at or now,
            changed_at=now,
        )
        MessageEvent.create(message=message.id, state=RECEIVED, at=now)
        keep_files(crm, message, files)
        if client is not None:
            _follow(crm, way, message, client, last)
        crm.changed("message", message.id, RECEIVED)
        crm.hooks.check("message_received", crm=crm, message=message)
    return message


def note_received(crm: CRM, message: Message) -> None:
    """Puts a message that came in on the timeline of its client; call it inside the work."""
    message.interaction = log_interaction(
        crm,
        message.client,
        kind=channel_of(crm, message.channel).interaction,
        direction="in",
        at=message.created_at,
        contact_id=message.contact_id,
        deal_id=message.deal_id,
        subject=message.subject,
        body=message.body,
    )
    message.save(only=[Message.interaction])


def _follow(crm: CRM, way: Channel, message: Message, client: Client, last: Message | None) -> None:
    note_received(crm, message)
    if last is not None:
        take_receipt(crm, last, ANSWERED, message.created_at)
    if way.consent and message.body.strip().casefold() in {word.casefold() for word in way.stop_words}:
        how = _("They sent “%(word)s”", word=message.body.strip())
        record_consent(crm, client, way.consent, is_given=False, how=how)
        message.reason, message.handled_at = how, message.changed_at
        message.save(only=[Message.reason, Message.handled_at])


def _last_sent(way: Channel, address: str) -> Message | None:
    """Returns the last message that may have reached an address, with its client and deal, if both are still there."""
    query = Message.select(Message, Client, Deal).join(Client).join_from(Message, Deal, JOIN.LEFT_OUTER)
    query = query.where(Message.channel == way.key, Message.address == address, Message.direction == "out")
    query = query.where(Message.state.in_(ARRIVING), Client.deleted_at.is_null(), Deal.deleted_at.is_null())
    return query.order_by(Message.id.desc()).first()


def whose(way: Channel, address: str) -> tuple[Client | None, Contact | None]:
    """Returns client and contact of an address; of several the one that changed last."""
    query = (
        ContactPoint.select(ContactPoint, Client)
        .join(Client)
        .where(ContactPoint.kind == way.address_kind, ContactPoint.value == address, Client.deleted_at.is_null())
        .order_by(Client.changed_at.desc())
    )
    point = query.first()
    if point is not None:
        return point.client, point.contact
    # An address that stands on no card: whoever it was found to belong to when it wrote before.
    earlier = Message.select(Message, Client).join(Client).where(Message.channel == way.key, Message.address == address)
    known = earlier.where(Client.deleted_at.is_null()).order_by(Message.id.desc()).first()
    return (known.client, known.contact) if known else (None, None)
