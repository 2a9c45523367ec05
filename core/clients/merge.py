"""Merging two clients into one, field by field, and undoing it as a whole, keeping what was edited since."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from core.clients.attached import Attachment, attachments, conflicting_ids, follow, ids_on, move, put_back, take_away
from core.clients.models import Client, ContactPoint, Merge
from core.clients.points import KINDS as POINT_KINDS
from core.clients.points import repeat_primary
from core.clients.primaries import flags_of, restore_flags, settle_flags
from core.clients.services import FACTS
from core.contacts import name_key
from core.errors import InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.users.access import visible_to
from core.users.models import User

PROPERTY = "properties."
_DATES = ("next_need_on", "next_contact_on")


def choices_of(kept: Client, gone: Client) -> dict[str, tuple[Any, Any]]:
    """Returns {field: (value of kept, value of gone)} for each field, property, phone, e-mail in which they differ."""
    keys = [PROPERTY + key for key in dict.fromkeys([*kept.properties, *gone.properties])]
    pairs = {name: (_value(kept, name), _value(gone, name)) for name in (*FACTS, *POINT_KINDS, *keys)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def suggested(choices: dict[str, tuple[Any, Any]]) -> set[str]:
    """Returns the fields that are better taken from the client that goes: those empty in the one that stays."""
    return {name for name, (mine, theirs) in choices.items() if mine in ("", None, []) and theirs not in ("", None, [])}


def merge_clients(crm: CRM, kept: Client, gone: Client, *, take: Iterable[str] = ()) -> Merge:
    """Returns the merge of `gone` into `kept`; the fields that `take` names get the value of `gone`.

    Names are those of `choices_of`. Everything that hangs on `gone` moves; `gone` goes into the trash. Raises
    InvalidInput, or what a plugin's `client_merging` raises: then nothing was changed.
    """
    _check(kept, gone)
    before_facts = choices_of(kept, gone)
    taken = {name: before_facts[name] for name in take if name in before_facts}
    with crm.work():
        crm.hooks.check("client_merging", crm=crm, kept_id=kept.id, gone_id=gone.id)
        before: dict[str, Any] = {"flags": flags_of(kept, gone), "moved": {}, "dropped": {}}
        for one in attachments(crm):
            _move_rows(crm, one, kept, gone, before)
        settle_flags(kept, gone, taken, before["flags"])
        before["fields"] = {name: audit.as_json(pair) for name, pair in taken.items()}
        _write_fields(crm, kept, {name: theirs for name, (_mine, theirs) in taken.items()})
        _put_away(crm, gone, kept)
        repeat_primary(kept)
        merge = Merge.create(kept=kept, gone=gone, at=crm.clock.now(), user_id=crm.actor.user_id, before=before)
        told = {"merged": [None, gone.name], **{name: list(pair) for name, pair in taken.items()}}
        audit.record(crm, "client", kept.id, "merged", told)
        audit.record(crm, "client", gone.id, "merged away", {"merged_into": [None, kept.name]})
    return merge


def undo_merge(crm: CRM, merge: Merge) -> Client:
    """Returns the client that is back: all that moved goes back to it, with all that was added to those since.

    A field that was edited since the merge keeps its new value. Raises InvalidInput when the merge was undone
    already or the client that stayed was merged further.
    """
    _check_undo(merge)
    kept, gone, before = merge.kept, merge.gone, merge.before
    with crm.work():
        crm.hooks.check("client_merging", crm=crm, kept_id=kept.id, gone_id=gone.id)
        _move_back(crm, kept, gone, before)
        for table, rows in before["dropped"].items():
            put_back(crm, table, rows)
        present = {name: _value(kept, name) for name in before["fields"]}
        restored = {
            name: _read_value(name, old)
            for name, (old, new) in before["fields"].items()
            if audit.as_json(present[name]) == new and name not in POINT_KINDS
        }
        _write_fields(crm, kept, restored)
        back = {"deleted_at": None, "merged_into_id": None, "version": Client.version + 1}
        Client.update(**back).where(Client.id == gone.id).execute()
        restore_flags(before["flags"])
        repeat_primary(kept)
        repeat_primary(gone)
        Merge.update(undone_at=crm.clock.now()).where(Merge.id == merge.id).execute()
        changes = {name: [present[name], value] for name, value in restored.items()}
        audit.record(crm, "client", kept.id, "merge undone", {**changes, "merged": [gone.name, None]})
        audit.record(crm, "client", gone.id, "merge undone")
    return Client.get_by_id(gone.id)


def get_merge(crm: CRM, user: User, merge_id: int) -> Merge:
    """Returns a merge whose remaining client the user sees; raises NotFound."""
    query = Merge.select(Merge, Client).join(Client, on=Merge.kept).where(Merge.id == merge_id)
    found = query.where(visible_to(user, Client.owner)).first()
    if found is None:
        raise NotFound(_("There is no such merge."))
    return found


def merges_of(client: Client) -> list[Merge]:
    """Returns the merges into a client that can be undone, newest first."""
    query = Merge.select(Merge, Client).join(Client, on=Merge.gone)
    return list(query.where(Merge.kept == client, Merge.undone_at.is_null()).order_by(Merge.id.desc()))


def _check(kept: Client, gone: Client) -> None:
    if kept.id == gone.id:
        raise InvalidInput(_("A client can't be merged with itself; choose another one."))
    if kept.deleted_at or gone.deleted_at:
        raise InvalidInput(_("A client in the trash can't be merged; restore it first."))


def _check_undo(merge: Merge) -> None:
    if merge.undone_at:
        raise InvalidInput(_("This merge was undone already."))
    if merge.kept.merged_into_id:
        sentence = _("%(name)s was merged into another client since; undo that merge first.", name=merge.kept.name)
        raise InvalidInput(sentence)
    if merge.gone.merged_into_id != merge.kept_id:
        raise InvalidInput(_("The client that was merged away is not there any more."))


def _move_rows(crm: CRM, one: Attachment, kept: Client, gone: Client, before: dict[str, Any]) -> None:
    ids = ids_on(crm, one, gone.id)
    if not ids:
        return
    doubled = set(conflicting_ids(crm, one, gone.id, kept.id))
    if one.table == "core_contact_point":
        doubled |= _doubled_points(kept, gone)
    doubled &= set(ids)
    if doubled:
        before["dropped"].setdefault(one.table, []).extend(take_away(crm, one.table, sorted(doubled)))
    rest = [row_id for row_id in ids if row_id not in doubled]
    before["moved"][one.key] = move(crm, one, rest, source=gone.id, target=kept.id)


def _move_back(crm: CRM, kept: Client, gone: Client, before: dict[str, Any]) -> None:
    found = attachments(crm)
    by_table: dict[str, list[int]] = {}
    for one in found:
        back = move(crm, one, before["moved"].get(one.key, ()), source=kept.id, target=gone.id)
        by_table.setdefault(one.table, []).extend(back)
    for one in found:
        follow(crm, one, by_table, source=kept.id, target=gone.id)


def _doubled_points(kept: Client, gone: Client) -> set[int]:
    """The phones and e-mails of `gone` itself that `kept` itself has too."""
    own = ContactPoint.select(ContactPoint.id, ContactPoint.client, ContactPoint.kind, ContactPoint.value).where(
        ContactPoint.client.in_([kept.id, gone.id]), ContactPoint.contact.is_null()
    )
    rows = list(own.tuples())
    known = {row[2:] for row in rows if row[1] == kept.id}
    return {row[0] for row in rows if row[1] == gone.id and row[2:] in known}


def _write_fields(crm: CRM, client: Client, values: dict[str, Any]) -> None:
    columns = {name: value for name, value in values.items() if name in FACTS}
    if "name" in columns:
        columns["name_key"] = name_key(columns["name"])
    properties = dict(client.properties)
    for name, value in values.items():
        if name.startswith(PROPERTY):
            properties[name.removeprefix(PROPERTY)] = value
    columns["properties"] = {key: value for key, value in properties.items() if value is not None}
    stamp = {"version": Client.version + 1, "changed_at": crm.clock.now()}
    Client.update(**columns, **stamp).where(Client.id == client.id).execute()


def _put_away(crm: CRM, gone: Client, kept: Client) -> None:
    away = {"deleted_at": crm.clock.now(), "merged_into_id": kept.id, "version": Client.version + 1}
    Client.update(**away).where(Client.id == gone.id).execute()


def _read_value(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in _DATES and value else value


def _value(client: Client, name: str) -> Any:
    if name.startswith(PROPERTY):
        return client.properties.get(name.removeprefix(PROPERTY))
    return getattr(client, name)
