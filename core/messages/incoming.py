"""Messages that clients send to us: written down, put on the timeline of the client whose address it is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from peewee import JOIN

from core.clients.consent import record_consent
from core.clients.models import Client, Contact, ContactPoint
from core.deals.models import Deal
from core.hooks.channels import Channel
from core.i18n import _
from core.interactions.services import log_interaction
from core.messages.incoming_files import OWN_FACTS, keep_files
from core.messages.models import Message, MessageEvent
from core.messages.receipts import take_receipt
from core.messages.states import ANSWERED, ARRIVING, RECEIVED
from core.messages.writing import channel_of
from core.runtime import CRM


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
            channel=way.key, direction="in", state=RECEIVED, client=client, contact=contact,
            deal=last.deal_id if last else None, address=address, subject=subject, body=body,
            extra=_own_extra(extra or {}), provider_ref=provider_ref, dedupe_key=key, send_after=now,
            created_at=at or now, changed_at=now,
        )  # fmt: skip
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


def _follow(crm: CRM, way: Channel, message: Message, client: Client, last: Message | None) -> None:
    note_received(crm, message)
    if last is not None:
        take_receipt(crm, last, ANSWERED, message.created_at)
    if way.consent and message.body.strip().casefold() in {word.casefold() for word in way.stop_words}:
        how = _("They sent “%(word)s”", word=message.body.strip())
        record_consent(crm, client, way.consent, is_given=False, how=how)
        message.reason, message.handled_at = how, message.changed_at
        message.save(only=[Message.reason, Message.handled_at])


def _own_extra(extra: Mapping[str, Any]) -> dict[str, Any]:
    # What a network says of files is none of ours: who sees a message may download what it names.
    return {name: value for name, value in extra.items() if name not in OWN_FACTS}


def _last_sent(way: Channel, address: str) -> Message | None:
    """Returns the last message that may have reached an address, with its client and deal, if both are still there."""
    query = Message.select(Message, Client, Deal).join(Client).join_from(Message, Deal, JOIN.LEFT_OUTER)
    query = query.where(Message.channel == way.key, Message.address == address, Message.direction == "out")
    query = query.where(Message.state.in_(ARRIVING), Client.deleted_at.is_null(), Deal.deleted_at.is_null())
    return query.order_by(Message.id.desc()).first()
