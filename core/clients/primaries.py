"""Which contact, phone and e-mail is the main one when two clients become one, and when they part again."""

from collections.abc import Container
from typing import Any

from core.clients.models import Client, Contact, ContactPoint
from core.clients.points import KINDS

Flags = dict[str, list[list[Any]]]


def flags_of(kept: Client, gone: Client) -> Flags:
    """Returns what is marked as main at two clients, as JSON: rows begin with id, client, mark."""
    both = [kept.id, gone.id]
    contacts = Contact.select(Contact.id, Contact.client, Contact.is_primary)
    points = ContactPoint.select(
        ContactPoint.id,
        ContactPoint.client,
        ContactPoint.is_primary,
        ContactPoint.kind,
        ContactPoint.value,
        ContactPoint.contact,
    )
    return {
        "contacts": [list(row) for row in contacts.where(Contact.client.in_(both)).tuples()],
        "points": [list(row) for row in points.where(ContactPoint.client.in_(both)).tuples()],
    }


def settle_flags(kept: Client, gone: Client, taken: Container[str], flags: Flags) -> None:
    """Leaves one main contact and one main point of each kind: those of `kept`, unless the other's are taken."""
    if any(is_main for _id, client_id, is_main in flags["contacts"] if client_id == kept.id):
        others = [contact_id for contact_id, client_id, _is_main in flags["contacts"] if client_id == gone.id]
        Contact.update(is_primary=False).where(Contact.id.in_(others)).execute()
    for kind in KINDS:
        mine, theirs = (_main_value(flags, client, kind) for client in (kept, gone))
        wanted = theirs if theirs and (kind in taken or not mine) else mine
        if wanted:
            own = (ContactPoint.client == kept) & ContactPoint.contact.is_null() & (ContactPoint.kind == kind)
            ContactPoint.update(is_primary=ContactPoint.value == wanted).where(own).execute()


def restore_flags(flags: Flags) -> None:
    """Marks again what was marked before; rows that are gone, and marks of rows that came since, stay as they are."""
    for model, rows in ((Contact, flags["contacts"]), (ContactPoint, flags["points"])):
        for is_main in (True, False):
            ids = [row[0] for row in rows if bool(row[2]) is is_main]
            model.update(is_primary=is_main).where(model.id.in_(ids)).execute()


def _main_value(flags: Flags, client: Client, kind: str) -> str | None:
    for _id, client_id, is_main, of_kind, value, contact_id in flags["points"]:
        if client_id == client.id and of_kind == kind and is_main and contact_id is None:
            return value
    return None
