"""REST of clients: `/clients`, with their contacts, consents, merges, and the trash."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from core.clients import contacts as contact_services
from core.clients.consent import record_consent
from core.clients.lists_api import blueprint as lists_blueprint
from core.clients.merge import get_merge, merge_clients
from core.clients.models import Client, ClientCategory, Consent, Contact, ContactPoint, Merge
from core.clients.schemas import ConsentSchema, ContactSchema, PointSchema, client_schema
from core.clients.search import matches
from core.clients.segments_api import blueprint as segments_blueprint
from core.clients.services import (
    change_client,
    create_client,
    delete_client,
    get_client,
    restore_client,
    visible_clients,
)
from core.clients.unmerge import undo_merge
from core.users.access import require, visible_to
from core.users.models import User
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint

blueprint = rest_blueprint("clients", "Companies and persons, their contacts and consents")
blueprints = (blueprint, lists_blueprint, segments_blueprint)
_POINT = PointSchema()


class MergeRequestSchema(Schema):
    """The client that goes, and for each field that differs which value stays; unnamed ones stay unless empty."""

    gone = fields.Integer(required=True)
    choices = fields.Dict(
        keys=fields.String(), values=fields.String(validate=validate.OneOf(["kept", "gone"])), load_default=dict
    )


class MergeSchema(Schema):
    """A merge of two clients."""

    id = fields.Integer(dump_only=True)
    kept = fields.Integer(dump_only=True)
    gone = fields.Integer(dump_only=True)
    at = fields.AwareDateTime(dump_only=True)
    undone_at = fields.AwareDateTime(dump_only=True, allow_none=True)


def _points_and_categories(clients: Sequence[Client]) -> dict[int, dict[str, Any]]:
    ids = [client.id for client in clients]
    found: dict[int, dict[str, Any]] = {one: {"phones": [], "emails": [], "categories": []} for one in ids}
    own = ContactPoint.select().where(ContactPoint.client.in_(ids), ContactPoint.contact.is_null())
    for point in own.order_by(ContactPoint.is_primary.desc(), ContactPoint.id):
        found[point.client_id][f"{point.kind}s"].append(_POINT.dump(point))
    links = ClientCategory.select(ClientCategory.client, ClientCategory.category)
    for client_id, category_id in links.where(ClientCategory.client.in_(ids)).order_by(ClientCategory.id).tuples():
        found[client_id]["categories"].append(category_id)
    return found


def _points_of_contacts(contacts: Sequence[Contact]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {one.id: {"phones": [], "emails": []} for one in contacts}
    points = ContactPoint.select().where(ContactPoint.contact.in_(list(found)))
    for point in points.order_by(ContactPoint.is_primary.desc(), ContactPoint.id):
        found[point.contact_id][f"{point.kind}s"].append(_POINT.dump(point))
    return found


def _visible_contacts(reader: User) -> Any:
    seen = visible_to(reader, Client.owner)
    query = Contact.select().join(Client)
    return query.where(Contact.deleted_at.is_null(), Client.deleted_at.is_null(), seen)


CLIENTS = Resource(
    "clients",
    Client,
    client_schema,
    visible_clients,
    entity="client",
    search=lambda text: matches(Client, text),
    sorts={"name": Client.name_key},
    order="name",
    more=_points_and_categories,
    single=("phones", "emails", "categories"),
)
CONTACTS = Resource(
    "contacts",
    Contact,
    ContactSchema,
    _visible_contacts,
    entity="contact",
    search=lambda text: Contact.name.contains(text),
    more=_points_of_contacts,
)
CONSENTS = Resource("consents", Consent, ConsentSchema, lambda _reader: Consent.select())
MERGES = Resource("merges", Merge, MergeSchema, lambda _reader: Merge.select())


@blueprint.list("/clients", CLIENTS)
@needs("clients.read")
def list_clients() -> Response:
    """Lists clients; phones, e-mails and categories come with a single client."""
    return listing(CLIENTS)


@blueprint.post("/clients", CLIENTS, client_schema)
@needs("clients.write")
def add_client(values: dict[str, Any]) -> Response:
    """Makes a client, owned by whoever the token belongs to unless an owner is given."""
    values.setdefault("owner_id", user().id)
    _check_owner(values)
    return answer(CLIENTS, create_client(crm(), **values), 201)


@blueprint.get(f"/clients/<{ID}:client_id>", CLIENTS)
@needs("clients.read")
def get_one_client(client_id: int) -> Response:
    """Shows a client."""
    return answer(CLIENTS, get_client(crm(), user(), client_id))


@blueprint.change(f"/clients/<{ID}:client_id>", CLIENTS)
@needs("clients.write")
def patch_client(values: dict[str, Any], client_id: int) -> Response:
    """Changes the given fields; lists of phones, e-mails and categories are replaced as a whole."""
    client = get_client(crm(), user(), client_id)
    _check_owner(values, client.owner_id)
    with guard(CLIENTS, client):
        client = change_client(crm(), client, values, version=client.version)
    return answer(CLIENTS, client)


@blueprint.delete(f"/clients/<{ID}:client_id>")
@needs("clients.delete")
def remove_client(client_id: int) -> Response:
    """Puts a client into the trash."""
    client = get_client(crm(), user(), client_id)
    with guard(CLIENTS, client):
        delete_client(crm(), client)
    return gone()


@blueprint.post(f"/clients/<{ID}:client_id>/restore", CLIENTS, status=200)
@needs("clients.delete")
def bring_client_back(client_id: int) -> Response:
    """Takes a client out of the trash."""
    restore_client(crm(), get_client(crm(), user(), client_id, with_deleted=True))
    return answer(CLIENTS, get_client(crm(), user(), client_id))


@blueprint.post(f"/clients/<{ID}:client_id>/merge", MERGES, MergeRequestSchema)
@needs("clients.delete")
def merge_into_client(values: dict[str, Any], client_id: int) -> Response:
    """Merges another client into this one; everything that hangs on it moves here."""
    kept, other = get_client(crm(), user(), client_id), get_client(crm(), user(), values["gone"])
    return answer(MERGES, merge_clients(crm(), kept, other, values["choices"]), 201)


@blueprint.post(f"/merges/<{ID}:merge_id>/undo", CLIENTS, status=200)
@needs("clients.delete")
def undo_one_merge(merge_id: int) -> Response:
    """Parts two merged clients again and shows the one that is back."""
    back, _edited = undo_merge(crm(), get_merge(crm(), user(), merge_id))
    return answer(CLIENTS, back)


@blueprint.list(f"/clients/<{ID}:client_id>/consents", CONSENTS)
@needs("clients.read")
def list_consents(client_id: int) -> Response:
    """Lists what a client said about being called, mailed or texted; the latest word of a channel counts."""
    client = get_client(crm(), user(), client_id)
    return listing(CONSENTS, Consent.select().where(Consent.client == client.id))


@blueprint.post(f"/clients/<{ID}:client_id>/consents", CONSENTS, ConsentSchema)
@needs("clients.write")
def add_consent(values: dict[str, Any], client_id: int) -> Response:
    """Notes what a client said about a channel."""
    return answer(CONSENTS, record_consent(crm(), get_client(crm(), user(), client_id), **values), 201)


@blueprint.list("/contacts", CONTACTS)
@needs("clients.read")
def list_contacts() -> Response:
    """Lists contacts."""
    return listing(CONTACTS)


@blueprint.list(f"/clients/<{ID}:client_id>/contacts", CONTACTS)
@needs("clients.read")
def list_contacts_of_client(client_id: int) -> Response:
    """Lists the contacts of one client."""
    client = get_client(crm(), user(), client_id)
    return listing(CONTACTS, _visible_contacts(user()).where(Contact.client == client.id))


@blueprint.post(f"/clients/<{ID}:client_id>/contacts", CONTACTS, ContactSchema)
@needs("clients.write")
def add_contact(values: dict[str, Any], client_id: int) -> Response:
    """Makes a contact of a client."""
    made = contact_services.create_contact(crm(), get_client(crm(), user(), client_id), **values)
    return answer(CONTACTS, made, 201)


@blueprint.get(f"/contacts/<{ID}:contact_id>", CONTACTS)
@needs("clients.read")
def get_one_contact(contact_id: int) -> Response:
    """Shows a contact."""
    return answer(CONTACTS, contact_services.get_contact(crm(), user(), contact_id))


@blueprint.change(f"/contacts/<{ID}:contact_id>", CONTACTS)
@needs("clients.write")
def patch_contact(values: dict[str, Any], contact_id: int) -> Response:
    """Changes the given fields of a contact."""
    contact = contact_services.get_contact(crm(), user(), contact_id)
    with guard(CONTACTS, contact):
        contact = contact_services.change_contact(crm(), contact, values, version=contact.version)
    return answer(CONTACTS, contact)


@blueprint.delete(f"/contacts/<{ID}:contact_id>")
@needs("clients.write")
def remove_contact(contact_id: int) -> Response:
    """Takes a contact away from its client."""
    contact = contact_services.get_contact(crm(), user(), contact_id)
    with guard(CONTACTS, contact):
        contact_services.delete_contact(crm(), contact)
    return gone()


def _check_owner(values: dict[str, Any], present: int | None = None) -> None:
    """Asks for the right to hand over when somebody else becomes the owner."""
    if values.get("owner_id", present) not in (present, user().id):
        require(user(), "deals.hand_over")
