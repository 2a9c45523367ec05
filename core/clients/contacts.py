"""Contacts: the persons to talk to at a client."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.clients.models import Client, Contact, ContactPoint
from core.clients.points import Given, repeat_primary, set_points, values_of
from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.users.access import visible_to
from core.users.models import User

FACTS = ("name", "position", "salutation", "language", "time_zone", "birthday_on", "is_primary", "note")


def create_contact(
    crm: CRM, client: Client, *, name: str, phones: Iterable[Given] = (), emails: Iterable[Given] = (), **facts: Any
) -> Contact:
    """Returns a new contact of a client; its first contact becomes the main one."""
    facts = _checked({**facts, "name": name})
    now = crm.clock.now()
    with crm.work():
        if not Contact.select().where(Contact.client == client, Contact.deleted_at.is_null()).exists():
            facts["is_primary"] = True
        contact = Contact.create(client=client, created_at=now, changed_at=now, **facts)
        set_points(crm, client, "phone", phones, contact)
        set_points(crm, client, "email", emails, contact)
        _settle(contact)
        audit.record(crm, "client", client.id, "contact added", {"contact": [None, contact.name]})
        audit.record(crm, "contact", contact.id, "created", {"name": [None, contact.name]})
    return contact


def get_contact(crm: CRM, user: User, contact_id: int) -> Contact:
    """Returns a contact with its client; raises NotFound when the user doesn't see the client."""
    found = (
        Contact.select(Contact, Client)
        .join(Client)
        .where(
            Contact.id == contact_id,
            Contact.deleted_at.is_null(),
            Client.deleted_at.is_null(),
            visible_to(user, Client.owner),
        )
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such contact."))
    return found


def contacts_of(client: Client) -> list[Contact]:
    """Returns the client's contacts, the main one first."""
    query = Contact.select().where(Contact.client == client, Contact.deleted_at.is_null())
    return list(query.order_by(Contact.is_primary.desc(), Contact.name))


def change_contact(crm: CRM, contact: Contact, values: Mapping[str, Any], *, version: int) -> Contact:
    """Returns the contact with new values; `version` as in `change_client`. Raises Conflict, InvalidInput."""
    facts = _checked({name: value for name, value in values.items() if name in FACTS})
    with crm.work():
        current = Contact.get_by_id(contact.id)
        before = _facts_of(current)
        if current.version != version:
            differing = [name for name in facts if facts[name] != before[name]]
            raise Conflict(
                _("Somebody changed this contact while you did. Choose which values stay."),
                theirs={name: before[name] for name in differing},
                mine={name: facts[name] for name in differing},
            )
        for name, value in facts.items():
            setattr(current, name, value)
        current.version += 1
        current.changed_at = crm.clock.now()
        current.save()
        for name, kind in (("phones", "phone"), ("emails", "email")):
            if name in values:
                set_points(crm, current.client, kind, values[name], current)
        _settle(current)
        changes = audit.differences(before, _facts_of(Contact.get_by_id(contact.id)))
        if changes:
            audit.record(crm, "contact", contact.id, "changed", changes)
            audit.record(crm, "client", current.client_id, "contact changed", {current.name: changes})
    return Contact.get_by_id(contact.id)


def delete_contact(crm: CRM, contact: Contact) -> None:
    """Takes a contact away from its client's card; deals and interactions still name it."""
    with crm.work():
        Contact.update(deleted_at=crm.clock.now(), is_primary=False).where(Contact.id == contact.id).execute()
        repeat_primary(contact.client)
        audit.record(crm, "client", contact.client_id, "contact deleted", {"contact": [contact.name, None]})
        audit.record(crm, "contact", contact.id, "deleted")


def _settle(contact: Contact) -> None:
    """Leaves one main contact, and writes the client's primary phone and e-mail."""
    if contact.is_primary:
        others = Contact.update(is_primary=False).where(Contact.client == contact.client_id, Contact.id != contact.id)
        others.execute()
    repeat_primary(contact.client)


def _facts_of(contact: Contact) -> dict[str, Any]:
    points = list(ContactPoint.select().where(ContactPoint.contact == contact).order_by(ContactPoint.id))
    facts = {name: getattr(contact, name) for name in FACTS}
    facts["phones"] = values_of(point for point in points if point.kind == "phone")
    facts["emails"] = values_of(point for point in points if point.kind == "email")
    return facts


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(facts) - set(FACTS))
    if unknown:
        raise InvalidInput(_("A contact has no field “%(name)s”.", name=unknown[0]))
    if "name" in facts:
        facts["name"] = " ".join(facts["name"].split())
        if not facts["name"]:
            raise InvalidInput(_("A contact needs a name."), fields={"name": [_("Type a name.")]})
    return facts
