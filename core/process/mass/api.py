"""REST of work on many records: seen before it is done (`dry_run`), done by a job, taken back as one."""

from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from core.jobs import Job
from core.process.mass import jobs
from core.process.mass.giving import RIGHT, plan_giving
from core.process.mass.pages import as_turn, as_wish
from core.process.mass.schemas import TurnSchema, WishSchema
from core.process.mass.turning import MOST, plan_turning
from core.web.context import crm, needs, user
from core.web.rest import ID, rest_blueprint
from core.web.rest.answers import written

blueprint = rest_blueprint("mass work", "Many clients, deals and tasks handed over, moved or closed at once")
blueprints = (blueprint,)


class GiveSchema(WishSchema):
    """A hand-over; `conditions` choose among the clients like a filter of lists; with `dry_run` nothing is done."""

    conditions = fields.List(fields.Dict(), load_default=list, validate=validate.Length(max=20))
    dry_run = fields.Boolean(load_default=False)


class TurnManySchema(TurnSchema):
    """A change of many deals; with `dry_run` nothing is done."""

    deals = fields.List(fields.Integer(), required=True, validate=validate.Length(1, MOST))
    dry_run = fields.Boolean(load_default=False)


class ShareSchema(Schema):
    """What one person gets."""

    user = fields.Integer()
    clients = fields.Integer()
    deals = fields.Integer()
    tasks = fields.Integer()
    potential = fields.String()
    load_before = fields.Integer()
    load_after = fields.Integer()


class RefusedSchema(Schema):
    """What stays as it is, and why."""

    what = fields.String()
    why = fields.String()


class MassJobSchema(Schema):
    """Work on many records: state is planned (a dry run), waiting, running, done or failed."""

    id = fields.Integer(allow_none=True)
    state = fields.String()
    progress = fields.Integer()
    changed = fields.Integer()
    refused = fields.List(fields.Nested(RefusedSchema))
    shares = fields.List(fields.Nested(ShareSchema))
    undo = fields.Integer(allow_none=True)


@blueprint.does("/mass/hand-over", MassJobSchema, GiveSchema, status=202)
@needs(RIGHT)
def hand_many_over(values: dict[str, Any]) -> Response:
    """Hands clients, open deals and tasks of one person over to others."""
    plan = plan_giving(crm(), user(), as_wish(values))
    shares = [
        {
            "user": one.user.id,
            "clients": one.clients,
            "deals": one.deals,
            "tasks": one.tasks,
            "potential": str(one.potential),
            "load_before": one.load_before,
            "load_after": one.load_after,
        }
        for one in plan.shares
    ]
    if values["dry_run"]:
        return _planned(len(plan.moves), [], shares)
    return _shown(jobs.start_giving(crm(), user(), plan), 202, shares)


@blueprint.does("/mass/deals", MassJobSchema, TurnManySchema, status=202)
@needs("deals.write")
def turn_many_deals(values: dict[str, Any]) -> Response:
    """Moves, wins or loses many manual deals."""
    turn = as_turn(values)
    planned = plan_turning(crm(), user(), values["deals"], turn)
    fitting = [one.id for one in planned if not one.refusal]
    refused = [(f"{one.number} {one.title}", one.refusal) for one in planned if one.refusal]
    if values["dry_run"]:
        return _planned(len(fitting), refused, [])
    return _shown(jobs.start_turning(crm(), user(), fitting, turn), 202)


@blueprint.shows(f"/mass/<{ID}:job_id>", MassJobSchema)
@needs("deals.read")
def get_mass_work(job_id: int) -> Response:
    """Shows how far the work is."""
    return _shown(jobs.get_mass_job(user(), job_id))


@blueprint.does(f"/mass/<{ID}:job_id>/undo", MassJobSchema, status=202)
@needs("deals.write")
def undo_mass_work(job_id: int) -> Response:
    """Takes the work back; what was changed since stays."""
    return _shown(jobs.start_undo(crm(), user(), jobs.get_mass_job(user(), job_id)), 202)


def _planned(changed: int, refused: list[tuple[str, str]], shares: list[dict[str, Any]]) -> Response:
    found = {"id": None, "state": "planned", "progress": 0, "changed": changed, "undo": None}
    return _answer({**found, "refused": _as_refused(refused), "shares": shares}, 200)


def _shown(job: Job, status: int = 200, shares: list[dict[str, Any]] | None = None) -> Response:
    found = {"id": job.id, "state": job.state, "progress": job.progress, "changed": jobs.count_of(job)}
    found |= {"refused": _as_refused(jobs.refused_of(job)), "shares": shares or [], "undo": job.args.get("undo_id")}
    return _answer(found, status)


def _as_refused(refused: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"what": what, "why": why} for what, why in refused]


def _answer(found: dict[str, Any], status: int) -> Response:
    response = Response(written(found), status, mimetype="application/json")
    if status == 202:
        response.headers["Location"] = f"{request.script_root}/api/v1/mass/{found['id']}"
    return response
