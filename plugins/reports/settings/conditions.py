"""Conditions of a report: parameters like `owner=Anna` or `potential:greater=1000` as conditions of `core.fields`."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import CRM, InvalidInput, User, fields
from core.api import gettext as _
from plugins.reports.dimensions import ALIASES

PARAMETER = "f"
LISTS = ("in", "not_in", "between")
_LONGEST_ID = 18


def is_field(crm: CRM, name: str, of: str = "deal") -> bool:
    """Tells whether a report about records of a kind can be filtered by a parameter of this name."""
    try:
        fields.resolve(crm, fields.entity(crm, of), _path(name)[0])
    except InvalidInput:
        return False
    return True


def is_of_records(crm: CRM, name: str, of: str = "deal") -> bool:
    """Tells whether a parameter of this name is a filter on linked records or users, which may be called by name."""
    return fields.resolve(crm, fields.entity(crm, of), _path(name)[0]).field.is_link


def read_condition(crm: CRM, user: User | None, name: str, values: Sequence[str], of: str = "deal") -> dict[str, Any]:
    """Returns the condition that a parameter means; several values mean one of them.

    Linked records are named or given by number. Raises InvalidInput for a value that isn't known.
    """
    path, op = _path(name)
    deals = fields.entity(crm, of)
    if op in LISTS:
        values = [part for value in values for part in value.split("|")]
    elif len(values) > 1 and op in ("equal", "not_equal"):
        op = {"equal": "in", "not_equal": "not_in"}[op]
    found = [_value(crm, user, deals, path, name, value) for value in values]
    condition: dict[str, Any] = {"field": path, "op": op}
    if op not in ("empty", "not_empty"):
        condition["value"] = found if op in LISTS else found[-1]
    return condition


def read_conditions(text: str) -> list[dict[str, Any]]:
    """Returns the condition, or the list of them, of a text, as the chooser and the list of deals write them."""
    try:
        found = fields.from_text(text)
    except ValueError as error:
        raise _unreadable() from error
    found = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) and _is_text(one.get("field")) and _is_text(one.get("op")) for one in found):
        raise _unreadable()
    return found


def _is_text(part: Any) -> bool:
    return isinstance(part, str)


def _unreadable() -> InvalidInput:
    sentence = _("A filter can't be read: “f” is a condition as JSON, with field, op and value.")
    return InvalidInput(sentence, fields={PARAMETER: [sentence]})


def in_words(
    crm: CRM, user: User | None, conditions: Sequence[Mapping[str, Any]], of: str = "deal"
) -> list[tuple[str, str]]:
    """Returns each condition as a pair: what the field is called, and operator and value."""
    if not conditions:
        return []
    deals = fields.entity(crm, of)
    pairs = []
    for one, words in zip(conditions, fields.describe(crm, deals, conditions, user), strict=True):
        label = fields.label_of(crm, deals, one["field"])
        rest = words.removeprefix(label).strip()
        kind = fields.resolve(crm, deals, one["field"]).field.kind
        if one["op"] == "equal":
            rest = rest.removeprefix(fields.operator_label(kind, "equal")).strip()
        pairs.append((label, rest))
    return pairs


def _path(name: str) -> tuple[str, str]:
    path, _colon, op = name.partition(":")
    return ALIASES.get(path, path), op or "equal"


def _value(crm: CRM, user: User | None, deals: Any, path: str, name: str, value: str) -> Any:
    field = fields.resolve(crm, deals, path).field
    if value in ("me", "my_team") and field.kind == "user":
        return value
    if field.kind in ("date", "moment") and fields.is_period(value):
        return {"period": value}
    if field.kind not in ("link", "user") or not field.target:
        return value
    wanted = value.casefold()
    asked = ("reports.options", user.id if user else None, deals.name, path, value)
    offered = fields.once(asked, lambda: fields.options(crm, deals, path, user, value))
    found = [key for key, label in offered if str(label).casefold() == wanted]
    if found:
        return found[0]
    if value.isdecimal() and len(value) <= _LONGEST_ID:
        return int(value)
    sentence = _("Nothing is called “%(value)s” under %(name)s.", value=value, name=name)
    raise InvalidInput(sentence, fields={name: [sentence]})
