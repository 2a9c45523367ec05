"""Undoing a merge: the client is back with all that was its own, and what was edited since stays as it is."""

from datetime import date
from typing import Any

from core.clients.attached import Attachment, attachments, conflicting_ids, follow, move, part
from core.clients.merge import write_fields
from core.clients.merge_fields import values_of
from core.clients.models import Client, Merge, Source
from core.clients.points import repeat_primary
from core.clients.primaries import main_of, marks_of, restore_marks
from core.clients.taken import put_back
from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.users.models import User

_DATES = ("next_need_on", "next_contact_on")
_LINKS = {"owner_id": User, "source_id": Source}


def undo_merge(crm: CRM, merge: Merge) -> tuple[Client, list[str]]:
    """Returns the client that is back, and the fields that were edited since the merge, which keep their new value.

    All that moved goes back, with what was added to those contacts and deals since; what was moved on to a third
    client meanwhile stays there. Raises InvalidInput when the merge was undone already, or another one must be undone
    before.
    """
    kept_id, gone_id, before = merge.kept_id, merge.gone_id, merge.before
    with crm.work():
        _claim(crm, merge)
        crm.hooks.check("client_merging", crm=crm, kept_id=kept_id, gone_id=gone_id)
        since = [group for group, main in before["mains"].items() if main != main_of(marks_of(kept_id), group, kept_id)]
        _move_back(crm, kept_id, gone_id, before)
        for table, rows in before["dropped"].items():
            put_back(crm, table, rows)
        restored, changes, edited = _earlier_fields(Client.get_by_id(kept_id), before["fields"])
        write_fields(crm, kept_id, restored)
        stamp = {"version": Client.version + 1, "changed_at": crm.clock.now()}
        Client.update(**stamp).where(Client.id == kept_id).execute()
        Client.update(**stamp, deleted_at=None, merged_into_id=None).where(Client.id == gone_id).execute()
        kept, gone = Client.get_by_id(kept_id), Client.get_by_id(gone_id)
        restore_marks(kept, gone, before["marks"], since)
        repeat_primary(kept)
        repeat_primary(gone)
        audit.record(crm, "client", kept_id, "merge undone", {"merged": [gone.name, None], **changes})
        audit.record(crm, "client", gone_id, "merge undone", {"merged_into": [kept.name, None]})
    present = marks_of(kept_id)
    return Client.get_by_id(gone_id), [*edited, *(one for one in since if main_of(present, one, kept_id) is not None)]


def _claim(crm: CRM, merge: Merge) -> None:
    """Takes the merge for this work; raises InvalidInput if it can't be undone now."""
    undone = Merge.update(undone_at=crm.clock.now()).where(Merge.id == merge.id, Merge.undone_at.is_null())
    if not undone.execute():
        raise InvalidInput(_("This merge was undone already."))
    if Client.get_by_id(merge.gone_id).merged_into_id != merge.kept_id:
        raise InvalidInput(_("The client that was merged away is not there any more."))
    later = Merge.select(Merge, Client).join(Client, on=Merge.gone)
    later = later.where(Merge.id > merge.id, Merge.undone_at.is_null())
    # Later merges were made of what this one had made, so they come apart first.
    latest = later.where((Merge.kept == merge.kept_id) | (Merge.gone == merge.kept_id)).order_by(Merge.id.desc())
    if found := latest.first():
        raise InvalidInput(_("“%(name)s” was merged later; undo that merge first.", name=found.gone.name))


def _move_back(crm: CRM, kept_id: int, gone_id: int, before: dict[str, Any]) -> None:
    found = attachments(crm)
    back: dict[str, set[int]] = {one.table: set() for one in found}
    for one in found:
        ids = set(before["moved"].get(one.key, ()))
        if ids:
            ids -= conflicting_ids(crm, one, kept_id, gone_id)
        back[one.table] |= set(move(crm, one, sorted(ids), source=kept_id, target=gone_id))
    _follow(crm, found, back, before["last"], kept_id, gone_id)
    for one in found:
        part(crm, one, found, kept=kept_id, gone=gone_id)


def _follow(
    crm: CRM, found: tuple[Attachment, ...], back: dict[str, set[int]], last: dict[str, int], kept_id: int, gone_id: int
) -> None:
    """Moves what was added since to the contacts and deals that went back, and what was added to that in turn."""
    is_moving = True
    while is_moving:
        is_moving = False
        for one in found:
            moved = follow(crm, one, back, last.get(one.table, 0), source=kept_id, target=gone_id)
            back[one.table] |= set(moved)
            is_moving = is_moving or bool(moved)


def _earlier_fields(kept: Client, fields: dict[str, list[Any]]) -> tuple[dict, dict, list[str]]:
    """Returns the values to write, the changes for the history, and the names of fields edited since."""
    present = values_of(kept)
    restored, changes, edited = {}, {}, []
    for name, (earlier, merged) in fields.items():
        value = present.get(name)
        if audit.as_json(value) == merged and _is_there(name, earlier):
            restored[name] = date.fromisoformat(earlier) if name in _DATES and earlier else earlier
            changes[name] = [value, earlier]
        else:
            edited.append(name)
    return restored, changes, edited


def _is_there(name: str, value: Any) -> bool:
    """Tells whether what a field refers to has not been deleted since."""
    return value is None or name not in _LINKS or _LINKS[name].get_or_none(value) is not None
