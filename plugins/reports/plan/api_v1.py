"""REST of saved plans: list, keep, delete; what became of one is the report *plan-fact*."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from core.api import Resource, User, answer, listing, needs, present_crm, present_user, rest_blueprint
from plugins.reports.models import Plan
from plugins.reports.plan import saving
from plugins.reports.plan.asking import ask
from plugins.reports.plan.report import NAME, PARAMETERS
from plugins.reports.settings.parameters import read_settings

blueprint = rest_blueprint("reports_plans", "Plans that were kept: goals, and what they take each week")


class PlanSchema(Schema):
    """A saved plan; `params` are the parameters of the report *plan* by name."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, saving.LONGEST_NAME))
    is_shared = fields.Boolean(load_default=False)
    params = fields.Dict(keys=fields.String(), values=fields.String(), load_only=True, load_default=dict)
    contracts = fields.Integer(dump_only=True)
    begin_on = fields.Date(dump_only=True)
    due_on = fields.Date(dump_only=True)
    owner = fields.Integer(dump_only=True, attribute="owner_id")
    made_at = fields.AwareDateTime(dump_only=True)


def _seen(reader: User) -> Any:
    return Plan.select().where((Plan.owner == reader.id) | Plan.is_shared)


PLANS = Resource("plans", Plan, PlanSchema, _seen, order="made_at")


@blueprint.list("/reports/plans", PLANS)
@needs("reports.read")
def list_plans() -> Response:
    """Lists one's own plans and those that are shared."""
    return listing(PLANS)


@blueprint.post("/reports/plans", PLANS, PlanSchema)
@needs("reports.plan")
def keep_plan(values: dict[str, Any]) -> Response:
    """Makes a plan of the parameters and keeps it."""
    crm, user, pairs = present_crm(), present_user(), list(values["params"].items())
    asked = ask(crm, user, read_settings(crm, user, NAME, PARAMETERS, pairs, ()))
    plan = saving.save_plan(crm, user, values["name"], asked, pairs, is_shared=values["is_shared"])
    return answer(PLANS, plan, 201)


@blueprint.delete("/reports/plans/<int:plan_id>")
@needs("reports.plan")
def delete_plan(plan_id: int) -> Response:
    """Deletes a plan."""
    saving.delete_plan(present_crm(), present_user(), saving.get_plan(present_user(), str(plan_id)))
    return Response(status=204)
