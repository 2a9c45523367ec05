"""REST of stages, deal types with their stages, and reasons of loss."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from peewee import JOIN

from core.stages import services
from core.stages.models import DealType, LossReason, Stage
from core.stages.responsibles import with_people, written
from core.stages.schemas import DealTypeSchema, LossReasonSchema, StageSchema
from core.stages.step_schemas import FullTypeSchema, StagesSchema, StepSchema, as_steps
from core.users.models import Role, User
from core.users.services import get_user
from core.web.context import crm, needs
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint

blueprint = rest_blueprint("deal types", "Deal types, the reference list of stages, and reasons of loss")
blueprints = (blueprint,)


def _stages_of(types: Sequence[DealType]) -> dict[int, dict[str, Any]]:
    found = DealType.select(DealType, User, Role).join(User, JOIN.LEFT_OUTER, on=DealType.loss_user)
    rows = list(found.join_from(DealType, Role, JOIN.LEFT_OUTER).where(DealType.id << types))
    steps = services.ladders([one.published_version_id for one in rows])
    with_people(step for ladder in steps.values() for step in ladder)
    return {
        one.id: {
            "loss_responsible": written(one.loss_responsible, one.loss_user, one.loss_role),
            "stages": StepSchema(many=True).dump(steps[one.published_version_id]),
        }
        for one in rows
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
    values["stages"] = as_steps(values["stages"])
    return answer(TYPES, services.create_deal_type(crm(), **_with_owner(values)), 201)


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
        deal_type = services.change_deal_type(crm(), deal_type, _with_owner(values))
    return answer(TYPES, deal_type)


@blueprint.act(f"/deal-types/<{ID}:type_id>/publish", TYPES, StagesSchema)
@needs("admin.settings")
def publish_stages(values: dict[str, Any], type_id: int) -> Response:
    """Publishes a new list of stages; deals that run keep the version they have."""
    deal_type = services.get_type(type_id)
    with guard(TYPES, deal_type):
        services.publish(crm(), deal_type, as_steps(values["stages"]))
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


@blueprint.delete(f"/stages/<{ID}:stage_id>")
@needs("admin.settings")
def remove_stage(stage_id: int) -> Response:
    """Deletes a stage that no type ever had."""
    stage = services.get_stage(stage_id)
    with guard(STAGES, stage):
        services.delete_stage(crm(), stage)
    return gone()


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


def _with_owner(values: dict[str, Any]) -> dict[str, Any]:
    if "default_owner_id" not in values:
        return values
    owner_id = values.pop("default_owner_id")
    return {**values, "default_owner": None if owner_id is None else get_user(owner_id)}
