"""The shapes of stages, deal types and reasons of loss: one schema each, for form and REST."""

from babel import Locale
from marshmallow import Schema, fields, validate

from core.clients.property_fields import check_user, user_choices
from core.i18n import lazy
from core.stages.responsibles import ResponsibleField, choices
from core.stages.types import MANUAL, MODES

_NAME = validate.Length(1, 100)
_CHANCE = validate.Range(0, 100, error=lazy("A number from 0 to 100, please."))
COMMON_CURRENCIES = ("ALL", "EUR", "USD", "GBP", "CHF", "RUB", "UAH", "MKD", "RSD", "TRY", "PLN", "KZT", "GEL", "CNY")


def _currencies() -> list[tuple[str, str]]:
    known = Locale.parse("en").currencies
    return [("", "—"), *((code, f"{code} · {known[code]}") for code in COMMON_CURRENCIES)]


class StageSchema(Schema):
    """A stage of the reference list."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=_NAME, metadata={"label": lazy("Name")})
    probability = fields.Integer(
        load_default=100,
        validate=_CHANCE,
        metadata={
            "label": lazy("Chance to pass it, %"),
            "help": lazy("What a type that takes this stage up begins with."),
        },
    )
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("Types may choose it")})
    is_standard = fields.Boolean(dump_only=True)


class LossReasonSchema(Schema):
    """A reason of loss."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=_NAME, metadata={"label": lazy("Name")})
    needs_note = fields.Boolean(load_default=False, metadata={"label": lazy("Needs a note")})
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("May be chosen")})


class DealTypeSchema(Schema):
    """A deal type; its stages are published apart."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=_NAME, metadata={"label": lazy("Name")})
    mode = fields.String(
        load_default=MANUAL,
        validate=validate.OneOf(list(MODES), list(MODES.values())),
        metadata={
            "label": lazy("Mode"),
            "help": lazy("Process: stage by stage, none is skipped. Manual: the user moves the deal and may skip."),
        },
    )
    currency = fields.String(
        load_default="",
        metadata={
            "label": lazy("Currency"),
            "widget": "select",
            "choices": _currencies,
            "help": lazy("Empty: the company's."),
        },
    )
    default_owner = fields.Integer(
        attribute="default_owner_id",
        load_default=None,
        allow_none=True,
        validate=check_user,
        metadata={
            "label": lazy("Default owner"),
            "widget": "select",
            "choices": user_choices,
            "help": lazy("Empty: the client's owner."),
        },
    )
    is_used = fields.Boolean(load_default=True, metadata={"label": lazy("Use allowed")})
    registers_demand = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy("Register primary demand"),
            "help": lazy("What the client wants is the first thing to be recorded."),
        },
    )
    loss_responsible = ResponsibleField(
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy("Who works up a loss"),
            "widget": "select",
            "choices": lambda: choices(lazy("Nobody")),
            "help": lazy("Gets a task when a deal is lost: what happened, who won, when to try again."),
        },
    )
    version = fields.Integer(dump_only=True)
