"""REST of stages, deal types with their stages, and reasons of loss."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from core.stages import services
from core.stages.models import DealType, LossReason, Stage
from core.stages.schemas import DealTypeSchema, LossReasonSchema, StageSchema
from core.web.context import crm, needs
from core.web.rest import ID, Resource, answer, guard, listing, rest_blueprint

blueprint = rest_blueprint("deal types", "Deal types, the reference list of stages, and reasons of loss")
blueprints = (blueprint,)


class TypeStageSchema(Schema):
    """A stage as a type takes it up."""

    stage = fields.Integer(required=True)
    name = fields.String(dump_only=True)
    place = fields.Integer(dump_only=True)
    probability = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(0, 100))
    limit_days = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(1, 10_000))


class FullTypeSchema(DealTypeSchema):
    """A deal type with the stages of its published version, in order."""

    stages = fields.List(fields.Nested(TypeStageSchema), load_default=list)
    version_id = fields.Integer(dump_only=True, attribute="published_version_id")


class StagesSchema(Schema):
    """The stages that a new version of a type is to have, in order."""

    stages = fields.List(fields.Nested(TypeStageSchema), required=True)


def _stages_of(types: Sequence[DealType]) -> dict[int, dict[str, Any]]:
    rows = dict(DealType.select(DealType.id, DealType.published_version_id).where(DealType.id << types).tuples())
    steps = services.ladders(list(rows.values()))
    return {
        type_id: {
            "stages": [
                {
                    "stage": step.stage_id,
                    "name": step.stage.name,
                    "place": step.place,
                    "probability": step.probability,
                    "limit_days": step.limit_days,
                }
                for step in steps[version_id]
            ]
        }
        for type_id, version_id in rows.items()
    }


TYPES = Resource(
    "deal-types",
    DealType,
    FullTypeSchema,
    lambda _reader: DealType.select(),
    entity="deal_type",
    order="name",
    more=_stages_of,
)
STAGES = Resource("stages", Stage, StageSchema, lambda _reader: Stage.select(), entity="stage")
REASONS = Resource("loss-reasons", LossReason, LossReasonSchema, lambda _reader: LossReason.select(), "loss_reason")


@blueprint.list("/deal-types", TYPES)
@needs("deals.read")
def list_deal_types() -> Response:
    """Lists deal types with their stages."""
    return listing(TYPES)


@blueprint.post("/deal-types", TYPES, FullTypeSchema)
@needs("admin.settings")
def add_deal_type(values: dict[str, Any]) -> Response:
    """Makes a deal type and publishes its stages."""
    values["stages"] = _steps(values["stages"])
    values["default_owner"] = values.pop("default_owner_id")
    return answer(TYPES, services.create_deal_type(crm(), **values), 201)


@blueprint.get(f"/deal-types/<{ID}:type_id>", TYPES)
@needs("deals.read")
def get_one_deal_type(type_id: int) -> Response:
    """Shows a deal type."""
    return answer(TYPES, services.get_type(type_id))


@blueprint.change(f"/deal-types/<{ID}:type_id>", TYPES, DealTypeSchema)
@needs("admin.settings")
def patch_deal_type(values: dict[str, Any], type_id: int) -> Response:
    """Changes a deal type; its stages are published apart."""
    deal_type = services.get_type(type_id)
    with guard(TYPES, deal_type):
        deal_type = services.change_deal_type(crm(), deal_type, values)
    return answer(TYPES, deal_type)


@blueprint.act(f"/deal-types/<{ID}:type_id>/publish", TYPES, StagesSchema)
@needs("admin.settings")
def publish_stages(values: dict[str, Any], type_id: int) -> Response:
    """Publishes a new list of stages; deals that run keep the version they have."""
    deal_type = services.get_type(type_id)
    with guard(TYPES, deal_type):
        services.publish(crm(), deal_type, _steps(values["stages"]))
    return answer(TYPES, services.get_type(type_id))


@blueprint.list("/stages", STAGES)
@needs("deals.read")
def list_stages() -> Response:
    """Lists the reference list of stages."""
    return listing(STAGES)


@blueprint.post("/stages", STAGES, StageSchema)
@needs("admin.settings")
def add_stage(values: dict[str, Any]) -> Response:
    """Makes a stage."""
    made = services.create_stage(crm(), values["name"], probability=values["probability"])
    return answer(STAGES, made, 201)


@blueprint.get(f"/stages/<{ID}:stage_id>", STAGES)
@needs("deals.read")
def get_one_stage(stage_id: int) -> Response:
    """Shows a stage."""
    return answer(STAGES, services.get_stage(stage_id))


@blueprint.change(f"/stages/<{ID}:stage_id>", STAGES)
@needs("admin.settings")
def patch_stage(values: dict[str, Any], stage_id: int) -> Response:
    """Changes a stage."""
    stage = services.get_stage(stage_id)
    with guard(STAGES, stage):
        stage = services.change_stage(crm(), stage, values)
    return answer(STAGES, stage)


@blueprint.list("/loss-reasons", REASONS)
@needs("deals.read")
def list_loss_reasons() -> Response:
    """Lists why deals are lost."""
    return listing(REASONS)


@blueprint.post("/loss-reasons", REASONS, LossReasonSchema)
@needs("admin.settings")
def add_loss_reason(values: dict[str, Any]) -> Response:
    """Makes a reason of loss."""
    name = values.pop("name")
    return answer(REASONS, services.create_reason(crm(), name, **values), 201)


def _steps(stages: Sequence[dict[str, Any]]) -> list[services.Step]:
    return [services.Step(services.get_stage(one["stage"]), one["probability"], one["limit_days"]) for one in stages]
