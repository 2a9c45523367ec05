"""The history of changes in words: which field, what it was, what it is, with names instead of ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.fields.labels import titles
from core.fields.tree import Entity, Field, entity
from core.i18n import Text, _, format_date, format_moment, lazy
from core.runtime import CRM
from core.store.audit import Audit

ACTIONS: dict[str, Text] = {
    "created": lazy("Made"),
    "imported": lazy("Imported"),
    "changed": lazy("Changed"),
    "updated": lazy("Changed"),
    "deleted": lazy("Moved to the trash"),
    "restored": lazy("Taken out of the trash"),
    "merged": lazy("Merged"),
    "merged away": lazy("Merged into another one"),
    "merge undone": lazy("Merge undone"),
    "consent": lazy("Consent"),
    "contact added": lazy("Contact added"),
    "contact changed": lazy("Contact changed"),
    "contact deleted": lazy("Contact deleted"),
    "file added": lazy("File added"),
    "file deleted": lazy("File deleted"),
    "moved": lazy("Moved"),
    "won": lazy("Won"),
    "lost": lazy("Lost"),
    "re-opened": lazy("Re-opened"),
    "handed over": lazy("Handed over"),
    "hold": lazy("Put on hold"),
    "held": lazy("Put on hold"),
    "resumed": lazy("Taken up again"),
    "demand changed": lazy("Demand changed"),
    "demand answered": lazy("Demand satisfied?"),
    "handed back": lazy("Handed back to somebody who had it before"),
    "taken": lazy("Taken"),
    "postponed": lazy("Postponed"),
    "ticked": lazy("Ticked off"),
    "unticked": lazy("Tick taken away"),
    "done": lazy("Done"),
    "reported": lazy("Reported as done"),
    "accepted": lazy("Result accepted"),
    "sent back": lazy("Sent back"),
    "reopened": lazy("Opened again"),
    "cancelled": lazy("Cancelled"),
    "evidence proposed": lazy("Evidence proposed"),
    "evidence accepted": lazy("Evidence accepted"),
    "evidence rejected": lazy("Evidence rejected"),
    "went along": lazy("Handed over with its deal"),
}
_CONSENT = {"given": lazy("agreed"), "refused": lazy("refused")}
# Names in the history that are no fields of the record.
_OTHERS = {
    "phones": lazy("Phones"),
    "emails": lazy("E-mails"),
    "merged": lazy("Client"),
    "merged_into": lazy("Client"),
    "how": lazy("How"),
    "contact": lazy("Contact"),
    "file": lazy("File"),
    "salutation": lazy("Salutation"),
    "time_zone": lazy("Time zone"),
    "sms": lazy("SMS"),
    "point": lazy("Checklist"),
    "checklist": lazy("Checklist"),
    "note": lazy("Note"),
    "evidence": lazy("Evidence"),
    "result": lazy("Result"),
}


@dataclass(frozen=True)
class Told:
    """A change in words: what was done, and (field, before, after) of each value that differs."""

    action: Text
    lines: list[tuple[str, str, str]]


def tell(crm: CRM, name: str, changes: Iterable[Audit]) -> dict[int, Told]:
    """Returns each change in words, by its id; the names of all are read together."""
    changes = list(changes)
    if not changes:
        return {}
    start = entity(crm, name)
    flat = {row.id: _flat(row.changes or {}) for row in changes}
    named = _names(crm, start, flat.values())
    told = {}
    for row in changes:
        lines = [_line(crm, start, key, pair, named) for key, pair in flat[row.id].items()]
        # What differs only in a way that words don't tell is left out.
        told[row.id] = Told(ACTIONS.get(row.action, row.action), [line for line in lines if line[1] != line[2]])
    return told


def tell_values(crm: CRM, name: str, pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[str, str, str]]:
    """Returns (label, first value, second value) in words for each field of {field: (first, second)}."""
    start = entity(crm, name)
    named = _names(crm, start, [pairs])
    return {key: _line(crm, start, key, pair, named) for key, pair in pairs.items()}


def _flat(changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Returns {field: (before, after)}; properties are told one by one, nested changes (of a contact) too."""
    flat: dict[str, tuple[Any, Any]] = {}
    for key, value in changes.items():
        if key == "properties" and isinstance(value, list):
            before, after = (one or {} for one in value)
            names = dict.fromkeys([*before, *after])
            both = {f"properties.{one}": (before.get(one), after.get(one)) for one in names}
            flat.update({one: pair for one, pair in both.items() if pair[0] != pair[1]})
        elif isinstance(value, Mapping):
            flat.update({f"{key}: {one}": tuple(pair) for one, pair in value.items()})
        elif isinstance(value, list) and len(value) == 2:
            flat[key] = (value[0], value[1])
    return flat


def _field(start: Entity, key: str) -> Field | None:
    return start.by_name.get(key) or start.by_name.get(key.removesuffix("_id"))


def _names(crm: CRM, start: Entity, found: Iterable[Mapping[str, tuple]]) -> dict[str, dict[int, str]]:
    wanted: dict[str, set[int]] = {}
    for flat in found:
        for key, pair in flat.items():
            field = _field(start, key)
            if field is not None and field.kind in ("user", "link"):
                wanted.setdefault(field.target, set()).update(one for one in pair if isinstance(one, int))
    return {target: titles(crm, target, ids) for target, ids in wanted.items() if ids}


def _line(
    crm: CRM, start: Entity, key: str, pair: tuple[Any, Any], named: Mapping[str, Mapping[int, str]]
) -> tuple[str, str, str]:
    field = _field(start, key)
    if field is None:
        bare = key.rpartition(": ")[2]
        label = str(_OTHERS.get(bare, _CHANNEL_LABELS.get(bare, bare)))
        if bare != key:
            label = f"{key.removesuffix(bare)}{label}"
        return label, *(_plain(one) for one in pair)
    words = {}
    if field.kind in ("user", "link"):
        words = named.get(field.target, {})
    elif field.kind in ("choice", "multichoice"):
        words = dict(field.pairs())
    return str(field.label), *(_worded(crm, one, words, field.kind) for one in pair)


_CHANNEL_LABELS = {"phone": lazy("Phone"), "email": lazy("E-mail")}


def _worded(crm: CRM, value: Any, words: Mapping[Any, Any], kind: str) -> str:
    if isinstance(value, list):
        return ", ".join(str(words.get(one, one)) for one in value)
    if isinstance(value, date):
        return format_date(value)
    if kind == "date" and isinstance(value, str) and value:
        return format_date(date.fromisoformat(value))
    if kind == "moment" and isinstance(value, str) and value:
        return format_moment(datetime.fromisoformat(value), crm.config.zone)
    return str(words[value]) if value in words and value is not None else _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Mapping):
        return _plain(value["text"] if "text" in value else list(value.values()))
    if isinstance(value, list):
        return ", ".join(text for one in value if (text := _plain(one)))
    return str(_CONSENT[value]) if value in _CONSENT else str(value)
