"""Properties of clients and deals as an import fills them: found by name, made where allowed, kept as JSON."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.api import CRM, create_property, name_key
from plugins.importers.columns.titles import plain_header
from plugins.importers.kinds.writing import Writing
from plugins.importers.records.similar import in_latin
from plugins.importers.sql import fetch

READERS_OF_KINDS = {
    "text": "property_text",
    "number": "number",
    "money": "money",
    "date": "date",
    "choice": "property_text",
    "multichoice": "words",
    "bool": "yes_no",
    "user": "text",
}


@dataclass(frozen=True)
class Property:
    """A property that an administrator, or an import told to, has defined."""

    key: str
    name: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


def properties_of(crm: CRM, entity: str) -> list[Property]:
    """Returns the active properties of clients or deals."""
    rows = fetch(
        crm,
        "SELECT key, name, kind, choices FROM core_property WHERE entity = ? AND is_active ORDER BY place, id",
        (entity,),
    )
    return [Property(key, name, kind, tuple(_list(choices))) for key, name, kind, choices in rows]


def find_property(known: Sequence[Property], name: str) -> Property | None:
    """Returns the property with this name or key, or None."""
    wanted = plain_header(name.removeprefix("property:"))
    return next((prop for prop in known if wanted in (plain_header(prop.name), plain_header(prop.key))), None)


def new_property(title: str) -> Property:
    """Returns a property named after a column; its key is its name in small Latin letters."""
    key = re.sub(r"[^a-z0-9]+", "_", in_latin(name_key(title))).strip("_")[:60]
    return Property(key or "property", title)


def make_properties(writing: Writing, entity: str, wanted: Sequence[dict]) -> None:
    """Makes the properties of a plan that aren't there yet."""
    crm = writing.crm
    known = {prop.key for prop in properties_of(crm, entity)}
    with crm.work():
        for prop in wanted:
            if prop["key"] not in known:
                made = create_property(
                    crm, entity=entity, name=prop["name"], kind=prop["kind"], key=prop["key"], choices=prop["choices"]
                )
                writing.references.remember("property", made.id)


def stored(value: object) -> object:
    """Returns a value as the JSON of properties keeps it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _list(choices: object) -> list[str]:
    return json.loads(choices) if isinstance(choices, str) else list(choices or ())
