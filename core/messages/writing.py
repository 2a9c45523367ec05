"""Writes messages to clients into the queue of their channel; what happens then is the business of `sending`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.clients.consent import is_allowed
from core.clients.models import Client, Contact
from core.deals.models import Deal
from core.errors import InvalidInput, NotFound
from core.hooks.channels import Channel, Draft, Prepared
from core.i18n import _
from core.interactions.models import StoredFile
from core.interactions.services import log_interaction
from core.messages.attachments import check_files
from core.messages.models import Message, MessageEvent
from core.messages.states import CANCELLED, QUEUED
from core.runtime import CRM

SEND = "core.send_messages"


def queue_message(
    crm: CRM,
    channel: str,
    *,
    client: Client,
    address: str,
    body: str,
    subject: str = "",
    contact: Contact | None = None,
    deal: Deal | None = None,
    extra: Mapping[str, Any] | None = None,
    files: Sequence[StoredFile] = (),
    send_after: datetime | None = None,
    dedupe_key: str | None = None,
) -> Message:
    """Returns a message that will be sent, now or after a moment, with its entry in the client's timeline.

    With a `dedupe_key` that a message bears already, that message is returned instead, so a repeated cause writes to
    nobody twice. Raises InvalidInput for what the channel can't send, also of the `files` that are to go along, and for
    a client who refused it, NotFound for a channel that is not there.
    """
    way = channel_of(crm, channel)
    if dedupe_key and (known := Message.get_or_none(Message.dedupe_key == dedupe_key)):
        return known
    ready = prepared(crm, way, client, Draft(address, body, subject, extra or {}))
    check_files(way, files)
    now = crm.clock.now()
    with crm.work():
        message = Message.create(
            channel=way.key,
            direction="out",
            client=client.id,
            contact=contact.id if contact else None,
            deal=deal.id if deal else None,
            interaction=_told(crm, way, client, contact, deal, subject, ready.body),
            user_id=crm.actor.user_id,
            address=ready.address,
            subject=subject.strip(),
            body=ready.body,
            parts=ready.parts,
            extra={**ready.extra, "files": [one.id for one in files]} if files else dict(ready.extra),
            state=QUEUED,
            dedupe_key=dedupe_key,
            send_after=max(send_after or now, now),
            created_at=now,
            changed_at=now,
        )
        _follow(crm, way, message)
    return message


def cancel_message(crm: CRM, message: Message) -> Message:
    """Takes a message that still waits out of the queue and returns it; raises InvalidInput when it is too late."""
    with crm.work():
        now = crm.clock.now()
        waits = (Message.id == message.id) & (Message.state == QUEUED)
        if not Message.update(state=CANCELLED, changed_at=now).where(waits).execute():
            raise InvalidInput(_("This message is on its way already."))
        MessageEvent.create(message=message.id, state=CANCELLED, at=now)
        crm.changed("message", message.id, CANCELLED)
    return Message.get_by_id(message.id)


def prepared(crm: CRM, channel: Channel, client: Client, draft: Draft) -> Prepared:
    """Returns a draft as its channel would send it to a client; raises InvalidInput for what it can't or may not."""
    if not draft.body.strip():
        raise InvalidInput(_("Write something first."), fields={"body": [_("Write something first.")]})
    if len(draft.body) > channel.most_signs:
        sentence = _("The text is too long: at most %(n)s signs.", n=channel.most_signs)
        raise InvalidInput(sentence, fields={"body": [sentence]})
    if channel.consent and not is_allowed(client, channel.consent):
        raise InvalidInput(_("%(name)s does not want this: consent was refused.", name=client.name))
    return channel.prepare(crm, draft)


def channel_of(crm: CRM, key: str) -> Channel:
    """Returns the channel of a key; raises NotFound naming those there are."""
    if key not in crm.channels:
        known = ", ".join(crm.channels) or _("none")
        raise NotFound(_("There is no channel “%(name)s”; there are: %(known)s.", name=key, known=known))
    return crm.channels[key]


def wake(crm: CRM, channel: Channel) -> None:
    """Writes the job that empties the channel's queue, unless one waits already; call it inside the work."""
    crm.jobs.enqueue(SEND, {"channel": channel.key}, dedupe_key=f"{SEND}:{channel.key}")


def _follow(crm: CRM, way: Channel, message: Message) -> None:
    MessageEvent.create(message=message.id, state=QUEUED, at=message.created_at)
    crm.changed("message", message.id, QUEUED)
    _answer(crm, message)
    if message.send_after <= message.created_at:
        wake(crm, way)


def _answer(crm: CRM, message: Message) -> None:
    """Takes what came from the addressee by this channel out of the inbox: it is answered now."""
    waiting = (Message.channel == message.channel) & (Message.address == message.address) & Message.handled_at.is_null()
    done = {"handled_at": message.created_at, "handled_by_id": crm.actor.user_id}
    Message.update(**done).where(waiting, Message.direction == "in").execute()


def _told(
    crm: CRM, way: Channel, client: Client, contact: Contact | None, deal: Deal | None, subject: str, body: str
) -> int:
    made = log_interaction(
        crm,
        client,
        kind=way.interaction,
        direction="out",
        contact_id=contact.id if contact else None,
        deal_id=deal.id if deal else None,
        subject=subject.strip(),
        body=body,
    )
    return made.id
