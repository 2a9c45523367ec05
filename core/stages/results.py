"""What a stage asks to be known when its task is done: typed fields, kept with the type's version. Pure.

A field is {"key", "label", "kind", "is_required", "choices"}; its value is kept with the task, by key, as JSON.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import InvalidInput
from core.i18n import _, lazy

KINDS = {
    "text": lazy("Text"),
    "number": lazy("Number"),
    "money": lazy("Money"),
    "date": lazy("Date"),
    "moment": lazy("Date and time"),
    "bool": lazy("Yes or no"),
    "choice": lazy("Choice"),
    "contact": lazy("Contact of the client"),
    "file": lazy("File"),
}
MOST_FIELDS = 20


@dataclass(frozen=True)
class ResultField:
    """One thing to be known; a required yes-or-no must be yes."""

    key: str
    label: str
    kind: str = "text"
    is_required: bool = True
    choices: tuple[str, ...] = ()


def read_fields(rows: Iterable[Mapping[str, Any]]) -> list[ResultField]:
    """Returns the fields as kept with a version of a type; keys that are missing follow from the labels."""
    found: list[ResultField] = []
    for row in rows:
        label = " ".join(str(row.get("label", "")).split())
        key = str(row.get("key") or "") or _free_key(label, {one.key for one in found})
        choices = tuple(dict.fromkeys(text for one in row.get("choices") or () if (text := str(one).strip())))
        found.append(ResultField(key, label, str(row.get("kind", "text")), bool(row.get("is_required", True)), choices))
    return found


def as_rows(fields: Iterable[ResultField]) -> list[dict[str, Any]]:
    """Returns the fields as JSON keeps them."""
    return [{**asdict(one), "choices": list(one.choices)} for one in fields]


def check_fields(stage: str, fields: Sequence[ResultField]) -> None:
    """Raises InvalidInput, naming the stage, for fields that can't be asked."""
    if len(fields) > MOST_FIELDS:
        sentence = _("“%(stage)s” asks for too much: at most %(n)s fields.", stage=stage, n=MOST_FIELDS)
        raise InvalidInput(sentence, fields={"result": [sentence]})
    seen: set[tuple[str, str]] = set()
    for place, one in enumerate(fields):
        wrong, sentence = _fault(stage, one, seen)
        if sentence:
            raise InvalidInput(sentence, fields={f"result.{place}.{wrong}": [sentence]})
        seen |= _names(one)


def _fault(stage: str, one: ResultField, seen: set[tuple[str, str]]) -> tuple[str, str]:
    """Returns the part of a field that is wrong, and the sentence about it; both are empty when nothing is."""
    if not one.label:
        return "label", _("“%(stage)s”: a field of the result needs a name.", stage=stage)
    if one.kind not in KINDS:
        known = ", ".join(KINDS)
        return "kind", _(
            "“%(stage)s”: “%(kind)s” is no kind of field; use %(known)s.", stage=stage, kind=one.kind, known=known
        )
    if one.kind == "choice" and len(one.choices) < 2:
        return "choices", _("“%(stage)s”: “%(field)s” needs at least two choices.", stage=stage, field=one.label)
    if seen & _names(one):
        return "label", _("“%(stage)s”: “%(field)s” stands in the result twice.", stage=stage, field=one.label)
    return "", ""


def _names(one: ResultField) -> set[tuple[str, str]]:
    return {("key", one.key), ("label", one.label.casefold())}


def _free_key(label: str, taken: set[str]) -> str:
    base = re.sub(r"\W+", "_", label.casefold()).strip("_")[:40] or "field"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
