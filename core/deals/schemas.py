"""The shape of a deal: one schema for form, REST and import; properties join it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from core.clients.models import Client, Contact, Source
from core.clients.properties import properties_of
from core.clients.property_fields import check_user, property_fields, property_schema, user_choices
from core.clients.schemas import source_choices
from core.deals.models import Deal
from core.deals.words import STATES
from core.i18n import _, lazy
from core.runtime import CRM
from core.stages.models import DealType, LossReason
from core.stages.reasons import usable_reasons
from core.stages.types import all_types, ladders

LONGEST_NOTE = 20_000


def exists(model: Any, sentence: Any) -> Callable[[int | None], None]:
    """Returns a validator that refuses, with the sentence, the id of no record."""

    def check(record_id: int | None) -> None:
        if record_id is not None and not model.select().where(model.id == record_id).exists():
            raise ValidationError(str(sentence))

    return check


def type_choices() -> list[tuple[int, str]]:
    """Returns the deal types whose use is allowed, as choices of a form."""
    return [(one.id, one.name) for one in all_types(only_used=True)]


def reason_choices() -> list[tuple[int, str]]:
    """Returns the reasons of loss that a user may choose, as choices of a form."""
    return [(one.id, one.name) for one in usable_reasons()]


def _amount(label: Any, **options: Any) -> fields.Decimal:
    rule = validate.Range(min=0, max=10**14, error=lazy("Zero or more, please."))
    return fields.Decimal(allow_none=True, allow_nan=False, validate=rule, metadata={"label": label}, **options)


class DealSchema(Schema):
    """A deal. Links are ids; state and stage change by actions of their own: move, win, lose, re-open."""

    id = fields.Integer(dump_only=True)
    number = fields.String(dump_only=True)
    title = fields.String(
        required=True, validate=validate.Length(1, 300), metadata={"label": lazy("Title"), "wide": True}
    )
    client = fields.Integer(
        required=True,
        attribute="client_id",
        validate=exists(Client, lazy("There is no such client.")),
        metadata={"label": lazy("Client"), "widget": "client"},
    )
    contact = fields.Integer(
        attribute="contact_id",
        allow_none=True,
        validate=exists(Contact, lazy("There is no such contact.")),
        metadata={"label": lazy("Contact"), "widget": "select"},
    )
    type = fields.Integer(
        required=True,
        attribute="deal_type_id",
        validate=exists(DealType, lazy("There is no such deal type.")),
        metadata={"label": lazy("Deal type"), "widget": "select", "choices": type_choices},
    )
    owner = fields.Integer(
        attribute="owner_id",
        allow_none=True,
        validate=check_user,
        metadata={"label": lazy("Owner"), "widget": "select", "choices": user_choices},
    )
    potential = _amount(lazy("Potential"))
    currency = fields.String(
        load_default="", validate=validate.Length(max=3), metadata={"label": lazy("Currency"), "placeholder": "EUR"}
    )
    expected_on = fields.Date(allow_none=True, metadata={"label": lazy("Expected on")})
    source = fields.Integer(
        attribute="source_id",
        allow_none=True,
        validate=exists(Source, lazy("There is no such source.")),
        metadata={"label": lazy("Source"), "widget": "select", "choices": source_choices},
    )
    note = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"label": lazy("Note"), "widget": "textarea"},
    )
    state = fields.String(dump_only=True, validate=validate.OneOf(list(STATES)))
    stage = fields.Integer(dump_only=True, attribute="stage_id", allow_none=True)
    place = fields.Integer(dump_only=True, allow_none=True)
    amount = fields.Decimal(dump_only=True, allow_none=True)
    potential_base = fields.Decimal(dump_only=True, allow_none=True)
    amount_base = fields.Decimal(dump_only=True, allow_none=True)
    loss_reason = fields.Integer(dump_only=True, attribute="loss_reason_id", allow_none=True)
    loss_note = fields.String(dump_only=True)
    on_hold_until = fields.Date(dump_only=True, allow_none=True)
    entered_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    opened_at = fields.AwareDateTime(dump_only=True)
    closed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)
    version = fields.Integer(dump_only=True)


class WinSchema(Schema):
    """What winning a deal asks."""

    amount = _amount(lazy("Amount it brought"))


def send_back_schema(deal: Deal) -> type[Schema]:
    """Returns the schema of a way back of a deal: to which of its earlier stages, and why."""
    earlier = [step for step in ladders([deal.version_id])[deal.version_id] if step.place < (deal.place or 0)]
    stage = fields.Integer(
        required=True,
        validate=validate.OneOf([step.stage_id for step in earlier], error=lazy("Choose an earlier stage.")),
        metadata={
            "label": lazy("To which stage"),
            "widget": "select",
            "choices": [(step.stage_id, step.stage.name) for step in earlier],
        },
    )
    note = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_NOTE),
        metadata={"label": lazy("Why? Whoever gets it reads this"), "widget": "textarea"},
    )
    return Schema.from_dict({"stage": stage, "note": note}, name="SendBackSchema")


class LossSchema(Schema):
    """What losing a deal asks."""

    reason = fields.Integer(
        required=True,
        validate=exists(LossReason, lazy("There is no such reason.")),
        metadata={"label": lazy("Why was it lost?"), "widget": "select", "choices": reason_choices},
    )
    note = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"label": lazy("What happened?"), "widget": "textarea"},
    )


class ReopenSchema(Schema):
    """What re-opening a deal asks."""

    note = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"label": lazy("Why does it go on?"), "widget": "textarea"},
    )


class HoldSchema(Schema):
    """What putting a deal aside asks."""

    until = fields.Date(required=True, metadata={"label": lazy("Until")})


class HandOverSchema(Schema):
    """What handing a deal over asks."""

    owner = fields.Integer(
        required=True,
        validate=check_user,
        metadata={"label": lazy("New owner"), "widget": "select", "choices": user_choices},
    )


class MoveSchema(Schema):
    """What moving a deal asks: the id of a stage."""

    stage = fields.Integer(required=True, metadata={"label": lazy("Stage")})


def deal_schema(crm: CRM) -> type[Schema]:
    """Returns the schema of a deal with its properties nested under `properties`, as REST speaks."""
    return _with_properties(property_schema(crm, "deal"))


def deal_form(crm: CRM) -> type[Schema]:
    """Returns the schema of a deal with its properties as fields `properties.<key>`, as a form shows them."""
    joined = property_fields(properties_of("deal"), "properties.")
    for field in joined.values():
        field.metadata["group"] = _("More facts")
    return DealSchema.from_dict(joined, name="DealForm")


@lru_cache(maxsize=2)
def _with_properties(joined: type[Schema]) -> type[Schema]:
    return DealSchema.from_dict({"properties": fields.Nested(joined)}, name="DealWithProperties")
