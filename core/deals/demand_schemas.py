"""The shapes of demand: its lines, and the questions that closing a deal asks of each of them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from core.deals.demand import LONGEST_REASON, LONGEST_WHAT, Answer, Wish
from core.deals.models import DemandLine
from core.deals.schemas import LossSchema, WinSchema
from core.i18n import format_money, format_number, lazy

_YES, _NO = "yes", "no"
_POSITIVE = validate.Range(min=0, min_inclusive=False, error=lazy("Above zero, please."))
_NOT_BELOW = validate.Range(min=0, error=lazy("Zero or more, please."))


class LineSchema(Schema):
    """One thing that a client wants; the price is that of one, in the deal's currency."""

    id = fields.Integer(load_default=None, allow_none=True)
    what = fields.String(
        required=True, validate=validate.Length(1, LONGEST_WHAT), metadata={"label": lazy("What"), "wide": True}
    )
    quantity = fields.Decimal(
        load_default=Decimal(1),
        allow_nan=False,
        validate=_POSITIVE,
        metadata={"label": lazy("Quantity"), "placeholder": "1"},
    )
    price = fields.Decimal(
        load_default=None,
        allow_none=True,
        allow_nan=False,
        validate=_NOT_BELOW,
        metadata={"label": lazy("Price")},
    )
    wanted_on = fields.Date(load_default=None, allow_none=True, metadata={"label": lazy("Wanted by")})
    is_satisfied = fields.Boolean(dump_only=True, allow_none=True)
    reason = fields.String(dump_only=True)


class LinesSchema(Schema):
    """All lines of a deal; one with the id of a line that is there keeps it, with its answer."""

    lines = fields.List(fields.Nested(LineSchema), required=True)


class AnswerSchema(Schema):
    """Whether a line was satisfied; if not, the reason."""

    line = fields.Integer(required=True)
    is_satisfied = fields.Boolean(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=LONGEST_REASON))


class AnswersSchema(Schema):
    """Which lines of a deal's demand were satisfied."""

    demand = fields.List(fields.Nested(AnswerSchema), load_default=list)


class WinDealSchema(AnswersSchema, WinSchema):
    """What winning a deal takes."""


class LoseDealSchema(AnswersSchema, LossSchema):
    """What losing a deal takes."""


def wishes(lines: Iterable[Mapping[str, Any]]) -> list[Wish]:
    """Returns loaded lines as services take them."""
    return [Wish(**line) for line in lines]


def answers(given: Iterable[Mapping[str, Any]]) -> dict[int, Answer]:
    """Returns loaded answers, by line."""
    return {one["line"]: Answer(one["is_satisfied"], one["reason"]) for one in given}


def closing_form(schema: type[Schema], lines: Sequence[DemandLine], currency: str, *, is_won: bool) -> type[Schema]:
    """Returns the schema with a question and a reason for each line, answered beforehand as the deal ends."""
    asked: dict[str, fields.Field] = {}
    for line in lines:
        is_satisfied = is_won if line.is_satisfied is None else line.is_satisfied
        group = told(line, currency)
        asked[f"demand.{line.id}.is_satisfied"] = fields.String(
            load_default=_YES if is_satisfied else _NO,
            validate=validate.OneOf([_YES, _NO], [lazy("Yes"), lazy("No")]),
            metadata={"label": lazy("Satisfied?"), "group": group, "widget": "select"},
        )
        asked[f"demand.{line.id}.reason"] = fields.String(
            load_default=line.reason,
            validate=validate.Length(max=LONGEST_REASON),
            metadata={"label": lazy("If not, why?"), "group": group},
        )
    return schema.from_dict(asked, name=f"{schema.__name__}WithDemand") if asked else schema


def shown_answers(schema: type[Schema]) -> dict[str, Any]:
    """Returns what the questions of `closing_form` show at first."""
    found = schema._declared_fields.items()
    return {name: field.load_default for name, field in found if name.startswith("demand.")}


def form_answers(values: dict[str, Any]) -> dict[int, Answer]:
    """Takes the answers of `closing_form` out of the loaded values, and returns them by line."""
    given = values.pop("demand", {})
    return {int(line): Answer(one["is_satisfied"] == _YES, one["reason"]) for line, one in given.items()}


def told(line: DemandLine, currency: str) -> str:
    """Returns a line in words: what, and how much of it at which price."""
    price = "" if line.price is None else f" × {format_money(line.price, currency)}"
    return f"{line.what} · {format_number(line.quantity)}{price}"
