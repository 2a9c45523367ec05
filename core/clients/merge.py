"""Merging two clients into one, field by field, with all that hangs on them; `core.clients.unmerge` takes it back."""

from collections.abc import Mapping
from typing import Any

from core.clients.attached import attachments, conflicting_ids, counts, ids_on, last_ids, move
from core.clients.merge_fields import PROPERTY, read_choices, values_of
from core.clients.models import Client, ContactPoint, Merge
from core.clients.points import KINDS as POINT_KINDS
from core.clients.points import repeat_primary
from core.clients.primaries import marks_of, settle_marks
from core.clients.services import FACTS, change_client
from core.clients.taken import take_away
from core.contacts import name_key
from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import Text, _, lazy
from core.runtime import CRM
from core.store import audit
from core.users.access import visible_to
from core.users.models import User

TABLES: dict[str, Text] = {
    "core_contact": lazy("Contacts"),
    "core_contact_point": lazy("Phones and e-mails"),
    "core_deal": lazy("Deals"),
    "core_interaction": lazy("Interactions"),
    "core_task": lazy("Tasks"),
    "core_comment": lazy("Comments"),
    "core_file": lazy("Files"),
    "core_client_category": lazy("Categories"),
    "core_segment_member": lazy("Segments"),
    "core_consent": lazy("Consents"),
}


def merge_clients(
    crm: CRM,
    kept: Client,
    gone: Client,
    choices: Mapping[str, Any] | None = None,
    *,
    version_kept: int | None = None,
    version_gone: int | None = None,
) -> Merge:
    """Returns the merge of `gone` into `kept`: everything that hangs on `gone` moves, and `gone` goes into the trash.

    `choices` says for a field of `merge_fields` "kept", "gone", or another value; one that isn't named stays as
    `kept` has it, or comes from `gone` if `kept` has none. The versions are those that were looked at. Raises
    Conflict if somebody changed one of the two since, InvalidInput, or what a plugin's `client_merging` raises; then
    nothing was changed. The caller has found both visible.
    """
    if kept.id == gone.id:
        raise InvalidInput(_("A client can't be merged with itself; choose another one."))
    with crm.work():
        _claim(crm, (kept, version_kept or kept.version), (gone, version_gone or gone.version))
        crm.hooks.check("client_merging", crm=crm, kept_id=kept.id, gone_id=gone.id)
        mine, theirs = values_of(Client.get_by_id(kept.id)), values_of(Client.get_by_id(gone.id))
        taken, given = read_choices(mine, theirs, choices or {})
        before = _move_all(crm, kept, gone)
        before["mains"] = settle_marks(kept, gone, taken, before["marks"])
        write_fields(crm, kept.id, taken)
        _write_given(crm, kept, given)
        repeat_primary(kept)
        now = values_of(Client.get_by_id(kept.id))
        changes = {name: [mine.get(name), now.get(name)] for name in (*taken, *given) if name not in POINT_KINDS}
        before["fields"] = audit.as_json(changes)
        away = {"deleted_at": crm.clock.now(), "merged_into_id": kept.id}
        Client.update(**away).where(Client.id == gone.id).execute()
        merge = Merge.create(kept=kept, gone=gone, at=crm.clock.now(), user_id=crm.actor.user_id, before=before)
        audit.record(crm, "client", kept.id, "merged", {"merged": [None, gone.name], **changes})
        audit.record(crm, "client", gone.id, "merged away", {"merged_into": [None, kept.name]})
    return merge


def get_merge(crm: CRM, user: User, merge_id: int) -> Merge:
    """Returns a merge, with both clients, whose remaining client the user sees; raises NotFound."""
    gone = Client.alias()
    query = Merge.select(Merge, Client, gone).join(Client, on=Merge.kept).switch(Merge).join(gone, on=Merge.gone)
    found = query.where(Merge.id == merge_id, visible_to(user, Client.owner)).first()
    if found is None:
        raise NotFound(_("There is no such merge."))
    return found


def merges_of(client: Client) -> list[Merge]:
    """Returns the merges into a client that were not undone, newest first."""
    query = Merge.select(Merge, Client).join(Client, on=Merge.gone)
    return list(query.where(Merge.kept == client, Merge.undone_at.is_null()).order_by(Merge.id.desc()))


def find_remaining(client: Client) -> int | None:
    """Returns the id of the client that a merged one lives on in, through further merges; None for any other."""
    found = None
    while client is not None and client.merged_into_id:
        found = client.merged_into_id
        client = Client.get_or_none(Client.id == found)
    return found


def count_attached(crm: CRM, kept: Client, gone: Client) -> list[tuple[Text, int, int]]:
    """Returns what hangs on two clients as (label, number of the one, of the other), without what neither has."""
    totals: dict[Text, list[int]] = {}
    for one in attachments(crm):
        found = counts(crm, one, (kept.id, gone.id))
        total = totals.setdefault(TABLES.get(one.table, lazy("Other records")), [0, 0])
        total[0] += found.get(kept.id, 0)
        total[1] += found.get(gone.id, 0)
    order = [*TABLES.values(), *totals]
    return [(label, *totals[label]) for label in dict.fromkeys(order) if any(totals.get(label, ()))]


def write_fields(crm: CRM, client_id: int, values: Mapping[str, Any]) -> None:
    """Writes fields exactly as another row or an earlier state had them. Call it inside the work."""
    columns = {name: value for name, value in values.items() if name in FACTS}
    if "name" in columns:
        columns["name_key"] = name_key(columns["name"])
    properties = dict(Client.get_by_id(client_id).properties)
    for name, value in values.items():
        if name.startswith(PROPERTY):
            properties[name.removeprefix(PROPERTY)] = value
    columns["properties"] = {key: value for key, value in properties.items() if value is not None}
    Client.update(**columns, changed_at=crm.clock.now()).where(Client.id == client_id).execute()


def _write_given(crm: CRM, kept: Client, given: Mapping[str, Any]) -> None:
    if not given:
        return
    facts = {name: value for name, value in given.items() if not name.startswith(PROPERTY)}
    properties = {name.removeprefix(PROPERTY): value for name, value in given.items() if name not in facts}
    current = Client.get_by_id(kept.id)
    change_client(crm, current, {**facts, "properties": properties}, version=current.version)


def _claim(crm: CRM, *looked_at: tuple[Client, int]) -> None:
    """Takes both rows for this work; raises Conflict or InvalidInput if one isn't as it was looked at."""
    for client, version in sorted(looked_at, key=lambda one: one[0].id):  # always in this order: no deadlock
        found = Client.update(version=Client.version + 1).where(
            Client.id == client.id, Client.version == version, Client.deleted_at.is_null()
        )
        if found.execute():
            continue
        current = Client.get_by_id(client.id)
        if current.deleted_at:
            raise InvalidInput(_("A client in the trash can't be merged; restore it first."))
        facts = {name: getattr(client, name) for name in FACTS}
        present = {name: getattr(current, name) for name in FACTS}
        differing = [name for name in FACTS if facts[name] != present[name]]
        raise Conflict(
            _("Somebody changed “%(name)s” meanwhile. Look at both clients again, then merge.", name=current.name),
            theirs={name: present[name] for name in differing},
            mine={name: facts[name] for name in differing},
        )


def _move_all(crm: CRM, kept: Client, gone: Client) -> dict[str, Any]:
    """Moves everything to `kept`, and returns what the undo needs of it."""
    found = attachments(crm)
    before: dict[str, Any] = {"marks": marks_of(kept.id, gone.id), "moved": {}, "dropped": {}}
    for one in found:
        ids = ids_on(crm, one, gone.id)
        doubled = conflicting_ids(crm, one, gone.id, kept.id) & set(ids)
        if one.table == ContactPoint._meta.table_name:
            doubled |= _doubled_points(kept, gone)
        if doubled:
            before["dropped"][one.table] = take_away(crm, one.table, sorted(doubled))
        rest = [row_id for row_id in ids if row_id not in doubled]
        if rest:
            before["moved"][one.key] = move(crm, one, rest, source=gone.id, target=kept.id)
    before["last"] = last_ids(crm, found)
    return before


def _doubled_points(kept: Client, gone: Client) -> set[int]:
    """The phones and e-mails of `gone` itself that `kept` itself has too."""
    own = ContactPoint.select(ContactPoint.id, ContactPoint.client, ContactPoint.kind, ContactPoint.value).where(
        ContactPoint.client.in_([kept.id, gone.id]), ContactPoint.contact.is_null()
    )
    rows = list(own.tuples())
    known = {row[2:] for row in rows if row[1] == kept.id}
    return {row[0] for row in rows if row[1] == gone.id and row[2:] in known}
