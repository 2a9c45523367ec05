"""The shape of a stage as a type takes it up: one schema for form, REST and TOML."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from core.i18n import lazy
from core.stages.models import Stage
from core.stages.reference import get_stage
from core.stages.responsibles import OWNER, ResponsibleField
from core.stages.results import KINDS, read_fields
from core.stages.schemas import DealTypeSchema
from core.stages.steps import Step

_LIMIT = validate.Range(1, 10_000, error=lazy("The limit is a number from 1 to 10,000; leave it empty for none."))
_CHANCE = validate.Range(0, 100, error=lazy("A number from 0 to 100, please."))
_LINE = validate.Length(1, 300)


class ResultFieldSchema(Schema):
    """One thing to be known when the task of a stage is done; without a key it gets one from its label."""

    key = fields.String(load_default="", validate=validate.Length(0, 60))
    label = fields.String(required=True, validate=validate.Length(0, 100))
    kind = fields.String(load_default="text", validate=validate.OneOf(list(KINDS), list(KINDS.values())))
    is_required = fields.Boolean(load_default=True)
    choices = fields.List(fields.String(validate=_LINE), load_default=list)


class EvidenceSchema(Schema):
    """What a plugin may propose as the result of a stage; taken without a click if it is automatic."""

    kind = fields.String(required=True, validate=validate.Length(1, 100))
    is_automatic = fields.Boolean(load_default=False)


class StepSchema(Schema):
    """A stage as a type takes it up."""

    stage = fields.Integer(required=True, attribute="stage_id")
    name = fields.String(dump_only=True, attribute="stage.name")
    place = fields.Integer(dump_only=True)
    probability = fields.Integer(
        allow_none=True,
        load_default=None,
        validate=_CHANCE,
        metadata={"label": lazy("Chance to pass it, %")},
    )
    limit_days = fields.Integer(allow_none=True, load_default=None, validate=_LIMIT, metadata={"label": lazy("Limit")})
    limit_hours = fields.Integer(allow_none=True, load_default=None, validate=_LIMIT, metadata={"label": lazy("Limit")})
    responsible = ResponsibleField(load_default=None, allow_none=True, metadata={"label": lazy("Who has it")})
    task_title = fields.String(load_default="", validate=validate.Length(0, 200), metadata={"label": lazy("Task")})
    instructions = fields.String(
        load_default="", validate=validate.Length(0, 4000), metadata={"label": lazy("Instructions")}
    )
    checklist = fields.List(
        fields.String(validate=_LINE),
        load_default=list,
        validate=validate.Length(0, 50),
        metadata={"label": lazy("Checklist")},
    )
    result = fields.List(fields.Nested(ResultFieldSchema), load_default=list, metadata={"label": lazy("Result")})
    evidence = fields.List(fields.Nested(EvidenceSchema), load_default=list)
    is_mandatory = fields.Boolean(load_default=False)


class FullTypeSchema(DealTypeSchema):
    """A deal type with the stages of its published version, in order."""

    stages = fields.List(fields.Nested(StepSchema), load_default=list)
    version_id = fields.Integer(dump_only=True, attribute="published_version_id")


class StagesSchema(Schema):
    """The stages that a new version of a type is to have, in order."""

    stages = fields.List(fields.Nested(StepSchema), required=True)


def as_step(values: Mapping[str, Any], stage: Stage | None = None) -> Step:
    """Returns the step that loaded values mean; raises NotFound for a stage that is none."""
    who = values["responsible"]
    return Step(
        stage or get_stage(values["stage_id"]),
        values["probability"],
        values["limit_days"],
        values["limit_hours"],
        who.kind if who else OWNER,
        who.user if who else None,
        who.role if who else None,
        values["task_title"],
        values["instructions"],
        tuple(values["checklist"]),
        tuple(read_fields(values["result"])),
        tuple(values["evidence"]),
        values["is_mandatory"],
    )


def as_steps(stages: Sequence[Mapping[str, Any]]) -> list[Step]:
    """Returns the steps that loaded values mean, in order; raises NotFound for a stage that is none."""
    return [as_step(one) for one in stages]
