"""Words for values: what a group's key, a filter or a choice is called, found in one query for many of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import InvalidInput
from core.fields.conditions import alive, checked, seen
from core.fields.groups import group_field
from core.fields.operators import WITHOUT_VALUE, operator_label
from core.fields.periods import bucket_label, period_label
from core.fields.reach import nameable
from core.fields.tree import Entity, Field, entity, label_of, resolve
from core.fields.values import ME, MY_TEAM
from core.i18n import _, format_date, format_number
from core.money import from_units
from core.once import once
from core.runtime import CRM
from core.store.reading import LARGEST, read_column, read_number
from core.users.models import User

SUGGESTIONS = 20


def titles(crm: CRM, name: str, ids: Iterable[int]) -> dict[int, str]:
    """Returns the names of records of an entity by their ids."""
    known, wanted = _known_titles(name), {one for one in ids if one is not None}
    if missing := sorted(wanted - known.keys()):
        target = entity(crm, name)
        title = getattr(target.model, target.title)
        known.update(_in_words(target, read_column(title, missing).items()))
    return {one: known[one] for one in sorted(wanted) if one in known}


def group_labels(crm: CRM, start: Entity, path: str, keys: Iterable[Any]) -> dict[Any, str]:
    """Returns the label of each key of a grouping."""
    step, part = group_field(crm, start, path)
    keys = list(keys)
    if part:
        found = {key: bucket_label(part, key) for key in keys if key}
    else:
        found = value_labels(crm, step.field, [key for key in keys if key is not None])
    return {key: found.get(key, _("Not set") if key is None else str(key)) for key in keys}


def value_labels(crm: CRM, field: Field, values: Sequence[Any]) -> dict[Any, str]:
    """Returns the label of each value, as the database keeps it, of a field."""
    if field.kind in ("user", "link"):
        named = titles(crm, field.target, [int(value) for value in values])
        return {value: named.get(int(value), _("unknown")) for value in values}
    if field.kind in ("choice", "multichoice"):
        pairs = {value: str(label) for value, label in field.pairs()}
        return {value: pairs.get(value, str(value)) for value in values}
    if field.kind == "bool":
        return {value: _("Yes") if value else _("No") for value in values}
    if field.kind == "money":
        return {value: format_number(Decimal(value) if field.json_key else from_units(int(value))) for value in values}
    if field.kind == "number":
        return {value: format_number(value) for value in values}
    return {value: str(value) for value in values}


def describe(crm: CRM, start: Entity, conditions: Sequence[dict], user: User | None) -> list[str]:
    """Returns each condition in words: “Owner is Anna Kola”; a record whose name `user` may not read is “unknown”."""
    steps = [checked(crm, start, one) for one in conditions]
    wanted: dict[str, set[int]] = {}
    for step, _op, value in steps:
        if step.field.kind in ("user", "link"):
            wanted.setdefault(step.field.target, set()).update(nameable(crm, step, _ids(value), user))
    named = {target: titles(crm, target, ids) for target, ids in wanted.items()}
    labels = [label_of(crm, start, str(one["field"])) for one in conditions]
    return [
        _sentence(label, step.field, op, value, named.get(step.field.target, {}), user)
        for label, (step, op, value) in zip(labels, steps, strict=True)
    ]


def options(crm: CRM, start: Entity, path: str, user: User | None, search: str = "") -> list[tuple[Any, str]]:
    """Returns values to choose from for a field, as (value, label); of linked records those that `user` may see."""
    field = resolve(crm, start, path).field
    wanted = search.strip().lower()
    if field.kind in ("choice", "multichoice"):
        return [(value, str(label)) for value, label in field.pairs() if wanted in str(label).lower()]
    if field.kind == "bool":
        return [(True, _("Yes")), (False, _("No"))]
    if not field.is_link:
        raise InvalidInput(_("“%(field)s” has no list of values to choose from.", field=str(field.label)))
    target = entity(crm, field.target)
    title = getattr(target.model, target.title)
    query = target.model.select(target.model.id, title).where(alive(target))
    visible = seen(target, user)
    query = query if visible is None else query.where(visible)
    if wanted:
        query = query.where(title.contains(search.strip()))
    found = _in_words(target, query.order_by(title).limit(SUGGESTIONS).tuples())
    _known_titles(field.target).update(found)
    if field.kind == "user":
        special = [(ME, _("Me")), (MY_TEAM, _("My team"))]
        found = [(value, label) for value, label in special if wanted in label.lower()] + found
    return found


def _in_words(target: Entity, named: Iterable[tuple[int, Any]]) -> list[tuple[int, Any]]:
    return list(named) if target.words is None else [(one, target.words(name)) for one, name in named]


def _known_titles(name: str) -> dict[int, str]:
    """Returns the names of records that this answer has met already, to be added to."""
    return once(("titles", name), dict)


def _ids(value: Any) -> list[int]:
    listed = value if isinstance(value, list) else [value]
    found = [one if isinstance(one, int) else read_number(one) for one in listed if isinstance(one, int | str)]
    return [one for one in found if one is not None and abs(one) <= LARGEST]


def _sentence(label: str, field: Field, op: str, value: Any, named: dict[int, str], user: User | None) -> str:
    if field.words is not None:
        return f"{label}: {field.words(str(value), user)}"
    words = "" if op in WITHOUT_VALUE else _words(field, value, named)
    return " ".join(part for part in (label, operator_label(field.kind, op), words) if part)


def _words(field: Field, value: Any, named: dict[int, str]) -> str:
    if isinstance(value, list):
        joint = _(" and ") if field.kind in ("date", "moment", "number", "money") else ", "
        return joint.join(_words(field, one, named) for one in value)
    if isinstance(value, dict):
        return period_label(str(value.get("period")))
    if field.kind in ("user", "link"):
        special = {ME: _("me"), MY_TEAM: _("my team")}
        return special.get(value) or named.get(next(iter(_ids(value)), 0), _("unknown"))
    if field.kind in ("choice", "multichoice"):
        return {str(one): str(label) for one, label in field.pairs()}.get(str(value), str(value))
    if field.kind == "bool":
        return _("yes") if value in (True, "true", "yes", "1", 1) else _("no")
    if field.kind in ("date", "moment") and isinstance(value, str) and len(value) == 10:
        return format_date(date.fromisoformat(value))
    return str(value)
