"""The fields of clients, contacts, sources and categories, for lists, filters, groups, segments and reports."""

from typing import Any

from peewee import Expression, fn

from core.clients.models import Category, Client, ClientCategory, Consent, Contact, Property, Source
from core.clients.properties import properties_of
from core.clients.segments import segment_field
from core.clients.words import CHANNELS, KINDS, STATUSES
from core.fields.tree import Entity, Field, Members, property_field
from core.i18n import lazy
from core.runtime import CRM
from core.users.access import visible_to
from core.users.models import User


def client_entity(crm: CRM) -> Entity:
    """Returns what can be asked of clients, their properties included."""
    properties = tuple(_of_property(one) for one in properties_of("client"))
    fields = (*_FACTS, *_PLACES, *_TIMES, *_CONSENTS, segment_field(crm, "client"), *properties)
    return Entity("client", lazy("Client"), Client, fields, owner="owner", deleted="deleted_at")


def contact_entity(crm: CRM) -> Entity:
    """Returns what can be asked of contacts; who sees the client sees them."""
    return Entity(
        "contact",
        lazy("Contact"),
        Contact,
        (
            Field("name", lazy("Name"), "text", Contact.name),
            Field("client", lazy("Client"), "link", Contact.client, target="client"),
            Field("position", lazy("Position"), "text", Contact.position),
            Field("is_primary", lazy("Main contact"), "bool", Contact.is_primary),
            Field("language", lazy("Language"), "text", Contact.language),
            Field("birthday_on", lazy("Birthday"), "date", Contact.birthday_on),
            Field("created_at", lazy("Created"), "moment", Contact.created_at),
            Field("changed_at", lazy("Changed"), "moment", Contact.changed_at),
        ),
        deleted="deleted_at",
        seen=_of_seen_client,
    )


def source_entity(crm: CRM) -> Entity:
    """Returns what can be asked of sources."""
    return Entity("source", lazy("Source"), Source, (Field("name", lazy("Name"), "text", Source.name),))


def category_entity(crm: CRM) -> Entity:
    """Returns what can be asked of categories."""
    return Entity("category", lazy("Category"), Category, (Field("name", lazy("Name"), "text", Category.name),))


def _of_seen_client(user: User, contact: Any) -> Expression | None:
    if user.role.scope == "all":
        return None
    return contact.client.in_(Client.select(Client.id).where(visible_to(user, Client.owner)))


def category_pairs() -> list[tuple[int, str]]:
    """Returns the categories as (id, name)."""
    return list(Category.select(Category.id, Category.name).order_by(Category.name).tuples())


def _of_property(one: Property) -> Field:
    choices = [(choice, choice) for choice in (*one.choices, *one.retired_choices)]
    return property_field(Client, one.key, one.name, one.kind, choices)


def _latest_word(channel: str) -> Any:
    """Makes the expression of what a client said last about a channel: true, false, or NULL for nothing."""

    def expression(source: Any) -> Expression:
        word = Consent.alias()
        query = word.select(word.is_given).where(word.client == source.id, word.channel == channel)
        return fn.COALESCE(query.order_by(word.at.desc(), word.id.desc()).limit(1), None)

    return expression


_FACTS = (
    Field("name", lazy("Name"), "text", Client.name),
    Field("kind", lazy("Kind"), "choice", Client.kind, choices=tuple(KINDS.items())),
    Field("status", lazy("Status"), "choice", Client.status, choices=tuple(STATUSES.items())),
    Field("owner", lazy("Owner"), "user", Client.owner, target="user"),
    Field("source", lazy("Source"), "link", Client.source, target="source"),
    Field(
        "categories",
        lazy("Categories"),
        "multichoice",
        choices=category_pairs,
        members=Members(ClientCategory, "client", "category"),
    ),
    Field("tax_number", lazy("Tax number"), "text", Client.tax_number),
    Field("phone", lazy("Phone"), "text", Client.phone),
    Field("email", lazy("E-mail"), "text", Client.email),
    Field("website", lazy("Web site"), "text", Client.website),
    Field("language", lazy("Language"), "text", Client.language),
    Field("note", lazy("Note"), "text", Client.note),
)
_PLACES = (
    Field("country", lazy("Country"), "text", Client.country),
    Field("region", lazy("Region"), "text", Client.region),
    Field("city", lazy("City"), "text", Client.city),
    Field("postal_code", lazy("Postal code"), "text", Client.postal_code),
    Field("address", lazy("Address"), "text", Client.address),
)
_TIMES = (
    Field("next_contact_on", lazy("Next contact"), "date", Client.next_contact_on),
    Field("next_need_on", lazy("Next need"), "date", Client.next_need_on),
    Field("created_at", lazy("Created"), "moment", Client.created_at),
    Field("changed_at", lazy("Changed"), "moment", Client.changed_at),
    Field("deals", lazy("Deals"), "link", target="deal", reverse="client"),
    Field("contacts", lazy("Contacts"), "link", target="contact", reverse="client"),
    Field("import_id", lazy("Import"), "number", Client.import_id),
)
_CONSENTS = tuple(
    Field(f"consent_{channel}", label, "bool", _latest_word(channel))
    for channel, label in zip(
        CHANNELS,
        (lazy("Agreed to calls"), lazy("Agreed to e-mail"), lazy("Agreed to SMS")),
        strict=True,
    )
)
