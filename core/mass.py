"""Changes of many records in one unit of work: fast, in the history like single ones, and undone as a whole.

Each change of one go bears the same source in the history, `mass:<first id>`; by it `undo` finds what was before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from peewee import Model, fn

from core.errors import NotFound
from core.fields.reading import read
from core.fields.tree import JSON_PREFIX, Entity
from core.i18n import _
from core.runtime import CRM
from core.store.audit import Audit, as_json
from core.store.reading import read_number
from core.users.models import User

CHUNK = 500
PREFIX = "mass:"
# Changes many records by the values of their fields, as the lists' `change` does; returns how many changed.
Change = Callable[[CRM, User, Sequence[int], Mapping[str, Any]], int]
Restore = Callable[[CRM, User, Sequence[int]], int]


@contextmanager
def one_go(crm: CRM, user_id: int) -> Iterator[str]:
    """Runs the block as one change of many records and gives the name by which it can be undone."""
    with crm.work():
        latest = Audit.select(fn.MAX(Audit.id)).scalar() or 0
        token = f"{PREFIX}{latest + 1}"
        with crm.acting(user_id, token):
            yield token


def change_many(crm: CRM, name: str, model: type[Model], ids: Sequence[int], field: str, value: Any) -> int:
    """Sets a column (`owner`, `status`…) or `properties.<key>` of many records; returns how many of them changed.

    `name` is the entity's in the history. It asks neither for rights nor whether the value may be: its caller does.
    """
    if field.startswith(JSON_PREFIX):
        return _change_property(crm, name, model, ids, field.removeprefix(JSON_PREFIX), value)
    column = getattr(model, field)
    key = getattr(column, "object_id_name", field)
    changed = 0
    for chunk in _chunks(ids):
        before = dict(model.select(model.id, column).where(model.id << chunk).tuples())
        differing = [one for one in chunk if one in before and before[one] != value]
        if differing:
            _update(crm, model, differing, {column: value})
            note_many(crm, name, "changed", {one: {key: [before[one], value]} for one in differing})
        changed += len(differing)
    return changed


def trash_many(crm: CRM, name: str, model: type[Model], ids: Sequence[int]) -> int:
    """Moves many records to the trash; returns how many were not there yet."""
    return _set_deleted(crm, name, model, ids, is_deleted=True)


def restore_many(crm: CRM, name: str, model: type[Model], ids: Sequence[int]) -> int:
    """Takes many records out of the trash; returns how many were there."""
    return _set_deleted(crm, name, model, ids, is_deleted=False)


def note_many(crm: CRM, entity: str, action: str, notes: Mapping[int, dict | None]) -> None:
    """Writes the history of some records ({id: changes}) in one statement, and tells each change."""
    if not notes:
        return
    common = {"at": crm.clock.now(), "user_id": crm.actor.user_id, "source": crm.actor.source}
    common |= {"entity": entity, "action": action}
    Audit.insert_many([{**common, "entity_id": one, "changes": as_json(what)} for one, what in notes.items()]).execute()
    for one in notes:
        crm.changed(entity, one, action)


def count_of(token: str, user_id: int) -> int:
    """Returns how many records a go has changed, 0 for one of somebody else or none at all."""
    return _rows(token, user_id).count()


def undo(crm: CRM, start: Entity, token: str, user: User, change: Change, restore: Restore) -> tuple[int, int]:
    """Takes one go back and returns (records taken back, records kept): what was changed since keeps its newer value.

    `change` and `restore` are those of the list. Raises NotFound when there is no such go of this user.
    """
    rows = [row for row in _rows(token, user.id) if row.entity == start.name]
    if not rows:
        raise NotFound(_("There is nothing to take back."))
    deleted = [row.entity_id for row in rows if row.action == "deleted"]
    with one_go(crm, user.id):
        done = restore(crm, user, deleted) if deleted else 0
        done += _revert(crm, start, user, [row for row in rows if row.action != "deleted"], change)
    return done, len({row.entity_id for row in rows}) - done


def _rows(token: str, user_id: int) -> Any:
    number = token.removeprefix(PREFIX)
    first = read_number(number) or 0
    return Audit.select().where(Audit.id >= first, Audit.source == token, Audit.user_id == user_id)


def _revert(crm: CRM, start: Entity, user: User, rows: list[Audit], change: Change) -> int:
    steps = [
        (field, repr(before), row.entity_id, before, after)
        for row in rows
        for field, before, after in _single_changes(row.changes or {})
        if field in start.by_name
    ]
    done = set()
    for (field, _same), group in groupby(sorted(steps, key=lambda step: step[:3]), key=lambda step: step[:2]):
        found = list(group)
        untouched = _still(crm, start, user, field, {one: after for _f, _s, one, _b, after in found})
        if untouched:
            change(crm, user, untouched, {field: _typed(start.by_name[field].kind, found[0][3])})
            done.update(untouched)
    return len(done)


def _single_changes(changes: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name, (before, after) in changes.items():
        if name != "properties":
            yield name.removesuffix("_id"), before, after
            continue
        before, after = before or {}, after or {}
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield JSON_PREFIX + key, before.get(key), after.get(key)


def _still(crm: CRM, start: Entity, user: User, field: str, afters: Mapping[int, Any]) -> list[int]:
    """Returns those records whose field still has the value that it was given."""
    kept, kind = [], start.by_name[field].kind
    for chunk in _chunks(sorted(afters)):
        values = read(crm, start, [field], chunk, user)
        kept += [one for one in chunk if one in values and _same(kind, values[one][field], afters[one])]
    return kept


def _same(kind: str, value: Any, after: Any) -> bool:
    """Tells whether a value is the one of the history, which is JSON: 99.9 is 99.90, and a list has no order."""
    value = as_json(value)
    if kind in ("number", "money") and value is not None and after is not None:
        return Decimal(str(value)) == Decimal(str(after))
    if isinstance(value, list) and isinstance(after, list):
        return sorted(value) == sorted(after)
    return value == after


def _typed(kind: str, value: Any) -> Any:
    """Returns a value of the history, which is JSON, as its field takes it."""
    return date.fromisoformat(value) if kind == "date" and value else value


def _change_property(crm: CRM, name: str, model: type[Model], ids: Sequence[int], key: str, value: Any) -> int:
    changed = 0
    for chunk in _chunks(ids):
        notes = {}
        for one, before in model.select(model.id, model.properties).where(model.id << chunk).tuples():
            after = {other: kept for other, kept in (before or {}).items() if other != key}
            if value is not None:
                after[key] = value
            if after != before:
                _update(crm, model, [one], {model.properties: after})
                notes[one] = {"properties": [before, after]}
        note_many(crm, name, "changed", notes)
        changed += len(notes)
    return changed


def _set_deleted(crm: CRM, name: str, model: type[Model], ids: Sequence[int], *, is_deleted: bool) -> int:
    changed = 0
    for chunk in _chunks(ids):
        where = (model.id << chunk) & model.deleted_at.is_null(is_deleted)
        found = [row[0] for row in model.select(model.id).where(where).tuples()]
        if found:
            _update(crm, model, found, {model.deleted_at: crm.clock.now() if is_deleted else None})
            note_many(crm, name, "deleted" if is_deleted else "restored", dict.fromkeys(found))
        changed += len(found)
    return changed


def _update(crm: CRM, model: type[Model], ids: Sequence[int], values: dict[Any, Any]) -> None:
    stamped = {**values, model.version: model.version + 1, model.changed_at: crm.clock.now()}
    model.update(stamped).where(model.id << list(ids)).execute()


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    for at in range(0, len(ids), CHUNK):
        yield list(ids[at : at + CHUNK])
