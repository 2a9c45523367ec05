"""REST of moving running deals to the published version of their type: what it does to them, and the move itself."""

import json
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from core.process.version_moves import move_to_version
from core.process.versions import preview_move
from core.stages.api import TYPES
from core.stages.types import get_type
from core.web.context import crm, needs, user
from core.web.rest import ID, answer, guard, rest_blueprint

blueprint = rest_blueprint("versions of deal types", "Running deals and the published version of their type")
blueprints = (blueprint,)


class FateSchema(Schema):
    """What happens to the deals at one stage of an older version; `task` is kept, replaced or none."""

    version = fields.Integer(attribute="number")
    stage = fields.Integer(attribute="stage_id")
    name = fields.String(attribute="stage")
    count = fields.Integer()
    is_left = fields.Boolean()
    target = fields.Integer(attribute="target_id")
    task = fields.String()


class ChoiceSchema(Schema):
    """Where the deals go whose stage is gone."""

    stage = fields.Integer(required=True)
    target = fields.Integer(required=True)


class RunningDealsSchema(Schema):
    """A move of all running deals, or of some; a stage that is gone and isn't named goes to the nearest earlier one."""

    choices = fields.List(fields.Nested(ChoiceSchema), load_default=list)
    deals = fields.List(fields.Integer(), load_default=None, allow_none=True)


@blueprint.shows(f"/deal-types/<{ID}:type_id>/running", FateSchema, many=True)
@needs("admin.settings")
def list_fates(type_id: int) -> Response:
    """Lists what a move to the published version does to the running deals of older ones."""
    fates = FateSchema(many=True).dump(preview_move(crm(), user(), get_type(type_id)).fates)
    return Response(json.dumps(fates, ensure_ascii=False), mimetype="application/json")


@blueprint.act(f"/deal-types/<{ID}:type_id>/running", TYPES, RunningDealsSchema)
@needs("admin.settings")
def move_running_deals(values: dict[str, Any], type_id: int) -> Response:
    """Moves running deals to the published version of their type."""
    deal_type = get_type(type_id)
    choices = {one["stage"]: one["target"] for one in values["choices"]}
    with guard(TYPES, deal_type):
        move_to_version(crm(), deal_type, choices, deal_ids=values["deals"])
    return answer(TYPES, get_type(type_id))
