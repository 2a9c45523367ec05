"""Properties: fields that an administrator adds to clients and deals, and the values that records keep of them."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.clients.models import Property
from core.clients.words import PROPERTY_KINDS
from core.errors import InvalidInput, NotFound
from core.i18n import _
from core.once import once
from core.runtime import CRM
from core.store import audit
from core.store.bulk import execute_many
from core.store.database import is_postgres
from core.store.written import Written

ENTITIES = ("client", "deal")
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i j k l m n o p r s t u f h c ch sh sch  y  e yu ya".split(" "),
        strict=True,
    )
)


def properties_of(entity: str, *, with_retired: bool = False) -> list[Property]:
    """Returns the properties of clients or deals in their order."""
    known = once("properties", _IN_ORDER.rows)
    return [one for one in known if one.entity == entity and (with_retired or one.is_active)]


def get_property(property_id: int) -> Property:
    """Returns a property; raises NotFound."""
    found = Property.get_or_none(Property.id == property_id)
    if found is None:
        raise NotFound(_("There is no such property."))
    return found


def create_property(
    crm: CRM,
    *,
    entity: str,
    name: str,
    kind: str,
    key: str = "",
    choices: Iterable[str] = (),
    is_required: bool = False,
) -> Property:
    """Returns a new property, the last in order; its key is made of the name unless given, and never changes.

    Raises InvalidInput for an unknown kind, a key in use, or a choice without choices.
    """
    name, choices = _checked_name(name), _checked_choices(choices)
    if kind not in PROPERTY_KINDS or entity not in ENTITIES:
        raise InvalidInput(_("A property is of one of the kinds %(kinds)s.", kinds=", ".join(PROPERTY_KINDS)))
    if kind in ("choice", "multichoice") and not choices:
        sentence = _("Give at least one choice, each on a line of its own.")
        raise InvalidInput(sentence, fields={"choices": [sentence]})
    key = key or key_of(name)
    with crm.work():
        known = {one.key: one for one in properties_of(entity, with_retired=True)}
        if key in known:
            sentence = _("There is already a property “%(name)s”.", name=known[key].name)
            raise InvalidInput(sentence, fields={"name": [sentence]})
        made = Property.create(
            entity=entity,
            key=key,
            name=name,
            kind=kind,
            choices=choices,
            is_required=is_required,
            place=max((one.place for one in known.values()), default=-1) + 1,
        )
        audit.record(crm, "property", made.id, "created", {"name": [None, name], "kind": [None, kind]})
    return made


def change_property(crm: CRM, changed: Property, **values: Any) -> Property:
    """Returns the property with new values of name, is_required, is_active, place; its kind and key stay."""
    if "name" in values:
        values["name"] = _checked_name(values["name"])
    before = {name: getattr(changed, name) for name in values}
    with crm.work():
        for name, value in values.items():
            setattr(changed, name, value)
        changed.save()
        audit.record(crm, "property", changed.id, "changed", audit.differences(before, values))
    return changed


def move_property(crm: CRM, moved: Property, *, is_up: bool) -> None:
    """Changes places with the property before it, or after it; the first one stays first, the last one last."""
    order = properties_of(moved.entity, with_retired=True)
    here = next(place for place, one in enumerate(order) if one.id == moved.id)
    there = here - 1 if is_up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    with crm.work():
        for place, one in enumerate(order):
            Property.update(place=place).where(Property.id == one.id).execute()
        audit.record(crm, "property", moved.id, "changed", {"place": [here, there]})


def add_choice(crm: CRM, changed: Property, choice: str) -> None:
    """Offers one more choice, or offers a retired one again; raises InvalidInput for an empty one."""
    choice = _checked_choices([choice])
    if not choice:
        raise InvalidInput(_("Type the new choice."), fields={"choice": [_("Type the new choice.")]})
    retired = [one for one in changed.retired_choices if one not in choice]
    _save_choices(crm, changed, list(dict.fromkeys([*changed.choices, *choice])), retired)


def retire_choice(crm: CRM, changed: Property, choice: str) -> None:
    """Offers a choice no more; records that have it keep it."""
    if choice not in changed.choices:
        raise NotFound(_("There is no choice “%(choice)s”.", choice=choice))
    left = [one for one in changed.choices if one != choice]
    if not left:
        raise InvalidInput(_("This is the last choice: add another one first, or retire the whole property."))
    _save_choices(crm, changed, left, [*changed.retired_choices, choice])


def rename_choice(crm: CRM, changed: Property, old: str, new: str) -> int:
    """Renames a choice here and in every record that has it, and returns in how many; raises InvalidInput."""
    new = "".join(_checked_choices([new]))
    if old not in changed.choices:
        raise NotFound(_("There is no choice “%(choice)s”.", choice=old))
    if not new or (new != old and new in [*changed.choices, *changed.retired_choices]):
        sentence = _("Choose another name: “%(choice)s” is taken or empty.", choice=new)
        raise InvalidInput(sentence, fields={"choice": [sentence]})
    with crm.work():
        count = _replace_value(crm, changed, old, new)
        _save_choices(crm, changed, [new if one == old else one for one in changed.choices], changed.retired_choices)
    return count


def stored(kind: str, value: Any) -> Any:
    """Returns a typed value as records keep it: numbers as such, money as a decimal string, days as ISO text."""
    if isinstance(value, Decimal):
        if kind == "money":
            return str(value)
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def typed(kind: str, value: Any) -> Any:
    """Returns a kept value as Python handles it: Decimal for numbers and money, date for days."""
    if value is None:
        return None
    if kind in ("number", "money"):
        return Decimal(str(value))
    return date.fromisoformat(value) if kind == "date" else value


def merged_values(entity: str, kept: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a record keeps when typed values are given to it: empty ones go, those not named stay.

    Raises InvalidInput for a name that is no property.
    """
    kinds = {one.key: one.kind for one in properties_of(entity, with_retired=True)}
    result = dict(kept)
    for key, value in given.items():
        if key not in kinds:
            sentence = _("There is no property “%(key)s”.", key=key)
            raise InvalidInput(sentence, fields={"properties": [sentence]})
        result[key] = stored(kinds[key], value)
        if value in (None, "", []):
            del result[key]
    return result


def common_properties(entity: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns typed values as many records keep them, by `properties.<key>`, None for an empty one.

    Raises InvalidInput for a name that is no property.
    """
    kept = merged_values(entity, {}, given)
    return {f"properties.{key}": kept.get(key) for key in given}


def facts_of_fields(entity: str, values: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Returns the values of list fields as services take them: by `columns`, properties under `properties`, typed."""
    facts: dict[str, Any] = {}
    kinds = {one.key: one.kind for one in properties_of(entity)}
    for name, value in values.items():
        if name.startswith("properties."):
            key = name.removeprefix("properties.")
            is_text = isinstance(value, str) and value != ""
            facts.setdefault("properties", {})[key] = typed(kinds.get(key, "text"), value) if is_text else value
        else:
            facts[columns.get(name, name)] = value
    return facts


def key_of(name: str) -> str:
    """Returns a key made of a name: small Latin letters, digits and underscores."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    plain = unicodedata.normalize("NFKD", "".join(_CYRILLIC.get(sign, sign) for sign in folded))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60] or "property"


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise InvalidInput(_("A property needs a name."), fields={"name": [_("Type a name.")]})
    return name


def _checked_choices(choices: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(choice.strip() for choice in choices if choice.strip()))


def _save_choices(crm: CRM, changed: Property, choices: list[str], retired: list[str]) -> None:
    before = {"choices": changed.choices, "retired_choices": changed.retired_choices}
    after = {"choices": choices, "retired_choices": retired}
    with crm.work():
        changed.choices, changed.retired_choices = choices, retired
        changed.save()
        audit.record(crm, "property", changed.id, "changed", audit.differences(before, after))


def _replace_value(crm: CRM, changed: Property, old: str, new: str) -> int:
    """Rewrites the value in all records; by SQL of its own, since deals lie in a layer above this one."""
    on_postgres = is_postgres(crm.database)
    found = "jsonb_extract_path(properties, %s)" if on_postgres else "json_extract(properties, ?)"
    path = changed.key if on_postgres else f'$."{changed.key}"'
    query = f"SELECT id, properties FROM core_{changed.entity} WHERE {found} IS NOT NULL"  # noqa: S608 - a known table
    renamed = []
    for record_id, kept in crm.database.execute_sql(query, (path,)).fetchall():
        properties = json.loads(kept) if isinstance(kept, str) else kept
        value = properties[changed.key]
        if value == old or (isinstance(value, list) and old in value):
            properties[changed.key] = new if value == old else [new if one == old else one for one in value]
            renamed.append((json.dumps(properties, ensure_ascii=False), record_id))
    value = "CAST(? AS jsonb)" if on_postgres else "?"
    execute_many(crm.database, f"UPDATE core_{changed.entity} SET properties = {value} WHERE id = ?", renamed)  # noqa: S608
    return len(renamed)


_IN_ORDER = Written(lambda: Property.select().order_by(Property.place, Property.id))
