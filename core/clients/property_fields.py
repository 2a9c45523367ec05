"""Properties as fields of marshmallow schemas: the same for forms, REST and import."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from core.clients.models import Property
from core.clients.properties import properties_of, typed
from core.i18n import _
from core.runtime import CRM
from core.users.models import User
from core.users.services import active_users

_cache: dict[tuple, type[Schema]] = {}


def property_schema(crm: CRM, entity: str, base: type[Schema] = Schema) -> type[Schema]:
    """Returns `base` joined by the properties of an entity, by their keys; made once for each state of them."""
    found = properties_of(entity)
    state = tuple(
        (one.key, one.name, one.kind, *one.choices, "", *one.retired_choices, one.is_required) for one in found
    )
    key = (base, entity, state)
    if key not in _cache:
        # Old states of this entity will not come back.
        for old in [old for old in _cache if old[:2] == key[:2]]:
            del _cache[old]
        _cache[key] = base.from_dict(property_fields(found), name=f"{entity.title()}Properties")
    return _cache[key]


def property_fields(properties: Iterable[Property], prefix: str = "") -> dict[str, fields.Field]:
    """Returns a field for each property, by `prefix` and key."""
    return {prefix + one.key: _field(one) for one in properties}


def typed_values(properties: Iterable[Property], kept: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns the values that a record keeps, as Python handles them, by `prefix` and key."""
    return {prefix + one.key: typed(one.kind, kept[one.key]) for one in properties if one.key in kept}


def user_choices() -> list[tuple[str, str]]:
    """Returns the active users as choices of a form."""
    return [(str(user.id), user.name) for user in active_users()]


def check_user(user_id: int | None) -> None:
    """Raises ValidationError unless there is such a user."""
    if user_id is not None and not User.select().where(User.id == user_id).exists():
        raise ValidationError(_("There is no such user."))


def _field(one: Property) -> fields.Field:
    metadata: dict[str, Any] = {"label": one.name}
    common = {"metadata": metadata, "required": one.is_required}
    optional = {**common, "allow_none": not one.is_required}
    if one.kind in ("number", "money"):
        return fields.Decimal(allow_nan=False, **optional)
    if one.kind == "date":
        return fields.Date(**optional)
    if one.kind == "bool":
        return fields.Boolean(allow_none=True, metadata=metadata)
    if one.kind == "user":
        metadata.update(choices=user_choices, widget="select")
        return fields.Integer(validate=check_user, **optional)
    valid = [*one.choices, *one.retired_choices]
    metadata["choices"] = [(choice, choice) for choice in one.choices]
    if one.kind == "multichoice":
        least = [validate.Length(min=1, error=_("Choose at least one."))] if one.is_required else []
        return fields.List(fields.String(validate=validate.OneOf(valid)), validate=least, **common)
    if one.kind == "choice":
        rules = validate.OneOf(valid if one.is_required else ["", *valid])
        return fields.String(validate=rules, **optional)
    del metadata["choices"]
    least = 1 if one.is_required else 0
    return fields.String(validate=validate.Length(least, 1000), **optional)
