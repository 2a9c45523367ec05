"""Phones and e-mails of clients and contacts, and the primary ones that the client's row repeats."""

from collections.abc import Iterable, Mapping
from typing import Any

from peewee import JOIN

from core.clients.models import Client, Contact, ContactPoint
from core.contacts import Point, read_email, read_phone
from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM

Given = str | Mapping[str, Any]
KINDS = ("phone", "email")


def points_of(client_ids: Iterable[int]) -> list[ContactPoint]:
    """Returns all phones and e-mails of clients and their contacts, the primary ones first."""
    query = ContactPoint.select().where(ContactPoint.client.in_(list(client_ids)))
    return list(query.order_by(ContactPoint.is_primary.desc(), ContactPoint.id))


def set_points(crm: CRM, client: Client, kind: str, given: Iterable[Given], contact: Contact | None = None) -> bool:
    """Makes `given` the only points of one kind that a client, or its contact, has; tells whether any changed.

    The first becomes primary if none is marked. A number that can't be understood is kept as typed; an e-mail that
    is none raises InvalidInput. Call it inside the work, and then `repeat_primary`.
    """
    wanted = _wanted(crm, client, kind, given)
    owner = ContactPoint.contact.is_null() if contact is None else ContactPoint.contact == contact
    old = list(ContactPoint.select().where(ContactPoint.client == client, ContactPoint.kind == kind, owner))
    if [_facts(one) for one in old] == [_facts(one) for one in wanted]:
        return False
    known = {one.value: one for one in old}
    gone = known.keys() - {one.value for one in wanted}
    ContactPoint.delete().where(ContactPoint.id.in_([known[value].id for value in gone])).execute()
    for point in wanted:
        point.contact = contact
        # A row that stays keeps its id: whatever refers to it stays right.
        point.id = known[point.value].id if point.value in known else None
        point.save()
    return True


def repeat_primary(client: Client) -> None:
    """Writes the primary phone and e-mail into the client's row: its own first, else one of its contacts."""
    found = {"phone": "", "email": ""}
    query = (
        ContactPoint.select(ContactPoint.kind, ContactPoint.value)
        .join(Contact, JOIN.LEFT_OUTER)
        .where(ContactPoint.client == client, Contact.deleted_at.is_null())
        .order_by(ContactPoint.contact.is_null(), ContactPoint.is_primary, ContactPoint.id.desc())
    )
    for point in query:
        found[point.kind] = point.value  # the last one written is the strongest
    client.phone, client.email = found["phone"], found["email"]
    Client.update(**found).where(Client.id == client.id).execute()


def values_of(points: Iterable[ContactPoint]) -> list[str]:
    """Returns the values of points, for the history of changes."""
    return [point.value for point in points]


def read_point(crm: CRM, client: Client | None, kind: str, text: str) -> Point:
    """Returns a phone, read in the way of the client's country (else the company's), or an e-mail."""
    if kind == "email":
        return read_email(text)
    region = (client.country if client else "") or crm.config.country
    return read_phone(text, region.upper())


def _wanted(crm: CRM, client: Client, kind: str, given: Iterable[Given]) -> list[ContactPoint]:
    wanted: dict[str, ContactPoint] = {}
    for one in given:
        one = {"value": one} if isinstance(one, str) else one
        point = read_point(crm, client, kind, one["value"])
        if kind == "email" and not point.is_valid:
            sentence = _("“%(text)s” is no e-mail address; write it like name@example.com.", text=point.raw)
            raise InvalidInput(sentence, fields={"emails": [sentence]})
        if point.value and point.value not in wanted:
            wanted[point.value] = ContactPoint(
                client=client,
                kind=kind,
                value=point.value,
                raw=point.raw,
                is_valid=point.is_valid,
                label=one.get("label", ""),
                is_primary=bool(one.get("is_primary")),
            )
    found = list(wanted.values())
    primary = next((one for one in found if one.is_primary), found[0] if found else None)
    for one in found:
        one.is_primary = one is primary
    return found


def _facts(point: ContactPoint) -> tuple:
    return point.value, point.raw, point.label, point.is_primary
