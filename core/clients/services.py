"""Clients: making, finding, changing, deleting, restoring. Each writes the history of changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from peewee import JOIN

from core.clients.models import Category, Client, ClientCategory, ContactPoint, Source
from core.clients.points import Given, read_point, repeat_primary, set_points, values_of
from core.clients.properties import merged_values
from core.clients.words import KINDS, STATUSES
from core.contacts import name_key
from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.store.audit import Audit
from core.users.access import visible_to
from core.users.models import Team, User

# The facts that live in the client's own row and that people change.
FACTS = (
    "kind",
    "name",
    "status",
    "owner_id",
    "source_id",
    "tax_number",
    "salutation",
    "language",
    "time_zone",
    "website",
    "country",
    "region",
    "city",
    "postal_code",
    "address",
    "note",
    "next_need_on",
    "next_contact_on",
)
_MANY = ("phones", "emails", "categories", "properties")
# What in the history raises a client's version.
_CHANGES = ("changed", "updated", "merged", "merge undone", "deleted", "restored")


def create_client(
    crm: CRM,
    *,
    name: str,
    kind: str = "company",
    owner: User | None = None,
    phones: Iterable[Given] = (),
    emails: Iterable[Given] = (),
    categories: Iterable[int] = (),
    properties: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Client:
    """Returns a new client; `facts` are columns of FACTS, `categories` ids, `properties` typed values by key.

    Raises InvalidInput for an empty name, an unknown word, or a broken e-mail.
    """
    facts = {"status": "prospect", **facts, "kind": kind, "name": name}
    if owner is not None:
        facts["owner_id"] = owner.id
    facts = checked_facts(facts)
    now = crm.clock.now()
    with crm.work():
        client = Client.create(
            **facts,
            name_key=name_key(facts["name"]),
            properties=merged_values("client", {}, properties or {}),
            created_at=now,
            changed_at=now,
        )
        set_points(crm, client, "phone", phones)
        set_points(crm, client, "email", emails)
        set_categories(client, categories)
        repeat_primary(client)
        made = {name: [None, value] for name, value in facts.items() if value not in ("", None)}
        audit.record(crm, "client", client.id, "created", made)
    return client


def get_client(crm: CRM, user: User, client_id: int, *, with_deleted: bool = False) -> Client:
    """Returns a client with its owner and source; raises NotFound for one that is not there or not seen by `user`."""
    query = (
        Client.select(Client, User, Team, Source)
        .join(User, JOIN.LEFT_OUTER)
        .join(Team, JOIN.LEFT_OUTER)
        .switch(Client)
        .join(Source, JOIN.LEFT_OUTER)
        .where(Client.id == client_id, visible_to(user, Client.owner))
    )
    if not with_deleted:
        query = query.where(Client.deleted_at.is_null())
    found = query.first()
    if found is None:
        raise NotFound(_("There is no such client, or it belongs to somebody whose clients you don't see."))
    return found


def visible_clients(user: User) -> Any:
    """Returns the query of the clients that a user sees, without those in the trash."""
    return Client.select().where(Client.deleted_at.is_null(), visible_to(user, Client.owner))


def change_client(crm: CRM, client: Client, values: Mapping[str, Any], *, version: int) -> Client:
    """Returns the client with new values: facts, all `phones`, `emails`, `categories`, and the `properties` named.

    `version` is the one that the changes were made to. Raises Conflict, with both values of each field that differs,
    if somebody changed the client since; InvalidInput for a value that can't be.
    """
    facts = checked_facts({name: value for name, value in values.items() if name in FACTS})
    unknown = sorted(set(values) - set(FACTS) - set(_MANY))
    if unknown:
        raise InvalidInput(_("A client has no field “%(name)s”.", name=unknown[0]))
    with crm.work():
        current = Client.get_by_id(client.id)
        before = facts_of(current)
        if "properties" in values:
            facts["properties"] = merged_values("client", current.properties, values["properties"])
        if current.version != version:
            raise _conflict(before, {**facts, **_comparable(crm, current, values)})
        if "name" in facts:
            facts["name_key"] = name_key(facts["name"])
        _write(crm, current, facts, values)
        after = facts_of(Client.get_by_id(client.id))
        changes = audit.differences(before, after)
        if changes:
            _stamp(crm, current)
            audit.record(crm, "client", client.id, "changed", changes)
    return Client.get_by_id(client.id)


def delete_client(crm: CRM, client: Client) -> None:
    """Puts a client into the trash; everything that hangs on it stays, and `restore_client` brings it back."""
    with crm.work():
        now = crm.clock.now()
        Client.update(deleted_at=now, version=Client.version + 1).where(Client.id == client.id).execute()
        client.deleted_at = now
        audit.record(crm, "client", client.id, "deleted")


def restore_client(crm: CRM, client: Client) -> None:
    """Takes a client out of the trash; raises InvalidInput for one that was merged into another."""
    if client.merged_into_id:
        raise InvalidInput(_("This client was merged into another one; undo the merge instead."))
    with crm.work():
        Client.update(deleted_at=None, version=Client.version + 1).where(Client.id == client.id).execute()
        client.deleted_at = None
        audit.record(crm, "client", client.id, "restored")


def checked_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Returns facts of a client, tidied; raises InvalidInput for one that there isn't, or that can't be."""
    unknown = sorted(set(facts) - set(FACTS))
    if unknown:
        raise InvalidInput(_("A client has no field “%(name)s”.", name=unknown[0]))
    if "name" in facts:
        facts["name"] = " ".join(facts["name"].split())
        if not facts["name"]:
            raise InvalidInput(_("A client needs a name."), fields={"name": [_("Type a name.")]})
    for name, words in (("kind", KINDS), ("status", STATUSES)):
        if name in facts and facts[name] not in words:
            sentence = _("“%(value)s” is unknown; choose one of %(known)s.", value=facts[name], known=", ".join(words))
            raise InvalidInput(sentence, fields={name: [sentence]})
    if facts.get("country"):
        facts["country"] = facts["country"].upper()
    if facts.get("source_id") and not Source.select().where(Source.id == facts["source_id"]).exists():
        raise InvalidInput(_("There is no such source."), fields={"source": [_("There is no such source.")]})
    if facts.get("owner_id") and not User.select().where(User.id == facts["owner_id"]).exists():
        raise InvalidInput(_("There is no such user."), fields={"owner": [_("There is no such user.")]})
    return facts


def facts_of(client: Client) -> dict[str, Any]:
    """Returns everything that people change about a client, as the history of changes compares it."""
    facts = {name: getattr(client, name) for name in FACTS}
    points = list(
        ContactPoint.select()
        .where(ContactPoint.client == client, ContactPoint.contact.is_null())
        .order_by(ContactPoint.is_primary.desc(), ContactPoint.id)
    )
    facts["phones"] = values_of(point for point in points if point.kind == "phone")
    facts["emails"] = values_of(point for point in points if point.kind == "email")
    facts["categories"] = [one.id for one in categories_of(client)]
    facts["properties"] = dict(client.properties)
    return facts


def changed_since(client: Client, version: int) -> dict[str, Any]:
    """Returns {field: value at that version, as JSON} of the fields that were changed since then."""
    rows = Audit.select().where(Audit.entity == "client", Audit.entity_id == client.id, Audit.action.in_(_CHANGES))
    earlier: dict[str, Any] = {}
    for row in rows.order_by(Audit.id.desc()).limit(max(0, client.version - version)):
        before = {name: pair[0] for name, pair in (row.changes or {}).items()}
        after_keys = (row.changes or {}).get("properties", [{}, {}])[1] or {}
        if "properties" in before:
            before["properties"] = {**dict.fromkeys(after_keys), **(before["properties"] or {})}
        earlier.update(_split_properties(before))
    return earlier


def categories_of(client: Client) -> list[Category]:
    """Returns the client's categories by name."""
    query = Category.select().join(ClientCategory).where(ClientCategory.client == client)
    return list(query.order_by(Category.name))


def set_categories(client: Client, category_ids: Iterable[int]) -> None:
    """Makes these the client's only categories; raises InvalidInput for an unknown one. Call it inside the work."""
    wanted = set(category_ids)
    known = {row[0] for row in Category.select(Category.id).where(Category.id.in_(list(wanted))).tuples()}
    if wanted - known:
        sentence = _("There is no such category; reload the page and choose again.")
        raise InvalidInput(sentence, fields={"categories": [sentence]})
    ours = ClientCategory.select().where(ClientCategory.client == client)
    present = {one.category_id for one in ours}
    ClientCategory.delete().where(
        ClientCategory.client == client, ClientCategory.category.in_(list(present - wanted))
    ).execute()
    for category_id in sorted(wanted - present):
        ClientCategory.create(client=client, category=category_id)


def _write(crm: CRM, current: Client, facts: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    if facts:
        for name, value in facts.items():
            setattr(current, name, value)
        current.save(only=[getattr(Client, name.removesuffix("_id")) for name in facts])
    for name, kind in (("phones", "phone"), ("emails", "email")):
        if name in values:
            set_points(crm, current, kind, values[name])
    if "phones" in values or "emails" in values:
        repeat_primary(current)
    if "categories" in values:
        set_categories(current, values["categories"])


def _stamp(crm: CRM, current: Client) -> None:
    stamp = {"version": Client.version + 1, "changed_at": crm.clock.now()}
    Client.update(**stamp).where(Client.id == current.id).execute()


def _comparable(crm: CRM, client: Client, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns given points and categories as `facts_of` has them."""
    found: dict[str, Any] = {}
    for name, kind in (("phones", "phone"), ("emails", "email")):
        if name in values:
            texts = [one if isinstance(one, str) else one["value"] for one in values[name]]
            found[name] = [read_point(crm, client, kind, text).value for text in texts]
    if "categories" in values:
        found["categories"] = [
            one.id
            for one in Category.select().where(Category.id.in_(list(values["categories"]))).order_by(Category.name)
        ]
    return found


def _conflict(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Conflict:
    if "properties" in mine:
        # A property that one side has not is empty there.
        mine = {**mine, "properties": {**dict.fromkeys(theirs["properties"]), **mine["properties"]}}
    theirs, mine = _split_properties(theirs), _split_properties(mine)
    differing = [name for name in mine if mine[name] != theirs.get(name)]
    return Conflict(
        _("Somebody changed this client while you did. Choose which values stay."),
        theirs={name: theirs.get(name) for name in differing},
        mine={name: mine[name] for name in differing},
    )


def _split_properties(facts: Mapping[str, Any]) -> dict[str, Any]:
    split = {name: value for name, value in facts.items() if name != "properties"}
    split.update({f"properties.{key}": value for key, value in facts.get("properties", {}).items()})
    return split
