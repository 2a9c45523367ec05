"""The shapes of clients and what hangs on them: one schema each, for form, REST and import."""

from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from core.clients.models import Category, Source
from core.clients.properties import properties_of
from core.clients.property_fields import check_user, property_fields, property_schema, user_choices
from core.clients.words import CHANNELS, COLOURS, KINDS, PROPERTY_KINDS, STATUSES
from core.i18n import LANGUAGE_NAMES, lazy
from core.runtime import CRM

_SHORT = validate.Length(max=200)
_LONG = validate.Length(max=20_000)


class PointSchema(Schema):
    """A phone or e-mail; a bare text is taken for its value."""

    id = fields.Integer(dump_only=True)
    value = fields.String(required=True, validate=validate.Length(1, 200))
    label = fields.String(load_default="", validate=_SHORT)
    is_primary = fields.Boolean(load_default=False)
    is_valid = fields.Boolean(dump_only=True)
    raw = fields.String(dump_only=True)

    @pre_load
    def from_text(self, data: Any, **_rest: Any) -> Any:
        """Returns a bare text as a point."""
        return {"value": data.strip()} if isinstance(data, str) else data


def source_choices() -> list[tuple[str, str]]:
    """Returns the sources in use as choices of a form."""
    return [(str(one.id), one.name) for one in Source.select().where(Source.is_active).order_by(Source.name)]


def category_choices() -> list[tuple[str, str]]:
    """Returns the categories as choices of a form."""
    return [(str(one.id), one.name) for one in Category.select().order_by(Category.name)]


def _one_of(words: dict[str, Any], *, with_empty: bool = False) -> validate.OneOf:
    empty = {"": "—"} if with_empty else {}
    return validate.OneOf([*empty, *words], [*empty.values(), *words.values()])


def _text(label: Any, group: Any = "", rule: Any = _SHORT, **metadata: Any) -> fields.String:
    return fields.String(load_default="", validate=rule, metadata={"label": label, "group": group, **metadata})


_ADDRESS = lazy("Address")
_PLANS = lazy("Plans and notes")


class ClientSchema(Schema):
    """A client. `owner`, `source` and `categories` are ids; properties join by `client_schema`."""

    id = fields.Integer(dump_only=True)
    name = fields.String(
        required=True, validate=validate.Length(1, 300), metadata={"label": lazy("Name"), "wide": True}
    )
    kind = fields.String(load_default="company", validate=_one_of(KINDS), metadata={"label": lazy("Kind")})
    status = fields.String(load_default="prospect", validate=_one_of(STATUSES), metadata={"label": lazy("Status")})
    owner = fields.Integer(
        attribute="owner_id",
        allow_none=True,
        validate=check_user,
        metadata={"label": lazy("Owner"), "widget": "select", "choices": user_choices},
    )
    phones = fields.List(fields.Nested(PointSchema), metadata={"label": lazy("Phones"), "widget": "points"})
    emails = fields.List(fields.Nested(PointSchema), metadata={"label": lazy("E-mails"), "widget": "points"})
    tax_number = _text(lazy("Tax number"))
    website = _text(lazy("Web site"))
    source = fields.Integer(
        attribute="source_id",
        allow_none=True,
        metadata={"label": lazy("Source"), "widget": "select", "choices": source_choices},
    )
    categories = fields.List(fields.Integer(), metadata={"label": lazy("Categories"), "choices": category_choices})
    address = _text(lazy("Street and number"), _ADDRESS, wide=True)
    postal_code = _text(lazy("Postal code"), _ADDRESS)
    city = _text(lazy("City"), _ADDRESS)
    region = _text(lazy("Region"), _ADDRESS)
    country = _text(
        lazy("Country"), _ADDRESS, validate.Regexp(r"^([A-Za-z]{2})?$", error=lazy("Write two letters, such as AL."))
    )
    next_contact_on = fields.Date(allow_none=True, metadata={"label": lazy("Next contact"), "group": _PLANS})
    next_need_on = fields.Date(
        allow_none=True,
        metadata={"label": lazy("Next need"), "group": _PLANS, "help": lazy("When they will probably buy again.")},
    )
    salutation = _text(lazy("Salutation"), _PLANS)
    language = _text(lazy("Language"), _PLANS, _one_of(LANGUAGE_NAMES, with_empty=True))
    time_zone = _text(lazy("Time zone"), _PLANS, placeholder="Europe/Tirane")
    note = _text(lazy("Note"), _PLANS, _LONG, widget="textarea")
    phone = fields.String(dump_only=True)
    email = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)
    deleted_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class ContactSchema(Schema):
    """A person to talk to at a client."""

    id = fields.Integer(dump_only=True)
    client = fields.Integer(dump_only=True, attribute="client_id")
    name = fields.String(required=True, validate=validate.Length(1, 200), metadata={"label": lazy("Full name")})
    position = _text(lazy("Position"))
    phones = fields.List(fields.Nested(PointSchema), metadata={"label": lazy("Phones"), "widget": "points"})
    emails = fields.List(fields.Nested(PointSchema), metadata={"label": lazy("E-mails"), "widget": "points"})
    salutation = _text(lazy("Salutation"))
    language = _text(lazy("Language"), "", _one_of(LANGUAGE_NAMES, with_empty=True))
    time_zone = _text(lazy("Time zone"), placeholder="Europe/Tirane")
    birthday_on = fields.Date(allow_none=True, metadata={"label": lazy("Birthday")})
    is_primary = fields.Boolean(load_default=False, metadata={"label": lazy("Main contact")})
    note = _text(lazy("Note"), "", _LONG, widget="textarea")
    version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)


class ConsentSchema(Schema):
    """What a client said about a channel."""

    id = fields.Integer(dump_only=True)
    channel = fields.String(required=True, validate=_one_of(CHANNELS), metadata={"label": lazy("Channel")})
    is_given = fields.Boolean(required=True, metadata={"label": lazy("Agreed")})
    how = _text(lazy("How did they say it?"), placeholder=lazy("e.g. on the phone, signed form"))
    at = fields.AwareDateTime(dump_only=True)
    user = fields.Integer(dump_only=True, attribute="user_id", allow_none=True)


class CategorySchema(Schema):
    """A tag of clients."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"label": lazy("Name")})
    colour = _text(lazy("Colour"), "", _one_of(COLOURS, with_empty=True))


class SourceSchema(Schema):
    """Where clients and deals come from."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"label": lazy("Name")})
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("In use")})


class PropertySchema(Schema):
    """A property; key, entity and kind can't be changed later."""

    id = fields.Integer(dump_only=True)
    entity = fields.String(
        load_default="client",
        validate=validate.OneOf(["client", "deal"], [lazy("Clients"), lazy("Deals")]),
        metadata={"label": lazy("Of")},
    )
    key = fields.String(validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,59}$"), metadata={"label": lazy("Key")})
    name = fields.String(required=True, validate=validate.Length(1, 100), metadata={"label": lazy("Name")})
    kind = fields.String(load_default="text", validate=_one_of(PROPERTY_KINDS), metadata={"label": lazy("Kind")})
    choices = fields.List(fields.String(validate=validate.Length(1, 200)), metadata={"label": lazy("Choices")})
    retired_choices = fields.List(fields.String(), dump_only=True)
    is_required = fields.Boolean(load_default=False, metadata={"label": lazy("Must be filled")})
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("In use")})
    place = fields.Integer(dump_only=True)


def client_schema(crm: CRM) -> type[Schema]:
    """Returns the schema of a client with its properties nested under `properties`, as REST speaks."""
    return _with_properties(property_schema(crm, "client"))


def client_form(crm: CRM) -> type[Schema]:
    """Returns the schema of a client with its properties as fields `properties.<key>`, as a form shows them.

    Loaded values hold them under "properties", as those of `client_schema` do.
    """
    joined = property_fields(properties_of("client"), "properties.")
    for field in joined.values():
        field.metadata["group"] = lazy("More facts")
    return ClientSchema.from_dict(joined, name="ClientForm")


@lru_cache(maxsize=2)
def _with_properties(joined: type[Schema]) -> type[Schema]:
    return ClientSchema.from_dict({"properties": fields.Nested(joined)}, name="ClientWithProperties")
