"""How a client can be written to: through which channels, to which addresses, and why not through others."""

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import JOIN

from core.clients.consent import is_allowed
from core.clients.models import Client, Contact, ContactPoint
from core.contacts import format_phone
from core.hooks.channels import Channel
from core.i18n import Text, _
from core.messages.models import Message
from core.runtime import CRM

MOST_EARLIER = 20
SETTING_UP, CONSENT, ADDRESS = "setting up", "consent", "address"


@dataclass(frozen=True)
class Address:
    """Where a client, or one of its contacts, can be reached: `value` for the channel, `label` for the reader."""

    value: str
    label: str
    contact: Contact | None = None


@dataclass(frozen=True)
class Way:
    """A channel with the addresses that a client has for it.

    `why_not` says why nothing can be sent by it now, `lacks` what is missing then: SETTING_UP, CONSENT or ADDRESS.
    """

    channel: Channel
    addresses: Sequence[Address]
    why_not: Text = ""
    lacks: str = ""


def ways_to(crm: CRM, client: Client) -> list[Way]:
    """Returns every channel as it stands for a client, the usable ones first."""
    if not crm.channels:
        return []
    points = _points(client)
    allowed = {name: is_allowed(client, name) for name in {one.consent for one in crm.channels.values()} if name}
    ways = []
    for channel in crm.channels.values():
        addresses = _addresses(channel, client, points)
        is_willing = not channel.consent or allowed[channel.consent]
        ways.append(Way(channel, addresses, *_obstacle(crm, channel, addresses, is_willing)))
    return sorted(ways, key=lambda way: bool(way.why_not))


def _obstacle(crm: CRM, channel: Channel, addresses: Sequence[Address], is_willing: bool) -> tuple[Text, str]:
    """Returns why nothing can be sent, and what is missing; empty texts when nothing is."""
    if channel.readiness is not None:
        plugin = channel.key.partition(".")[0]
        missing, failure = crm.hooks.attempt(plugin, f"readiness of channel {channel.key}", channel.readiness, crm)
        if failure is not None:
            return _("It does not work at present; the administrator finds the reason in the log."), SETTING_UP
        if missing:
            return missing, SETTING_UP
    if not is_willing:
        return _("The client refused it."), CONSENT
    return ("", "") if addresses else (_("The client has no address for it."), ADDRESS)


def _points(client: Client) -> list[ContactPoint]:
    query = ContactPoint.select(ContactPoint, Contact).join(Contact, JOIN.LEFT_OUTER)
    query = query.where(ContactPoint.client == client, ContactPoint.is_valid, Contact.deleted_at.is_null())
    return list(query.order_by(ContactPoint.contact.is_null().desc(), ContactPoint.is_primary.desc(), ContactPoint.id))


def _addresses(channel: Channel, client: Client, points: Sequence[ContactPoint]) -> list[Address]:
    """Returns what the client's card says; for a kind of address that cards don't know, where it wrote from before."""
    found = {one.value: _of_point(one) for one in points if one.kind == channel.address_kind}
    if not found:
        earlier = Message.select(Message, Contact).join(Contact, JOIN.LEFT_OUTER)
        earlier = earlier.where(Message.client == client, Message.channel == channel.key)
        for message in earlier.order_by(Message.id.desc()).limit(MOST_EARLIER):
            found.setdefault(message.address, _labelled(message.address, message.contact))
    return list(found.values())


def _of_point(point: ContactPoint) -> Address:
    text = format_phone(point.value) if point.kind == "phone" else point.value
    return _labelled(text, point.contact, value=point.value, note=point.label)


def _labelled(text: str, contact: Contact | None, *, value: str = "", note: str = "") -> Address:
    label = " · ".join(part for part in (contact.name if contact else "", text, note) if part)
    return Address(value or text, label, contact)
