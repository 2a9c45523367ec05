"""The pages of work on many records: what is wanted, what it will do, how far it is, and its way back."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from core.errors import InvalidInput
from core.i18n import _
from core.process.mass import jobs
from core.process.mass.giving import RIGHT, Wish, plan_giving
from core.process.mass.schemas import PROPERTY, WHAT, TurnSchema, segments_for, wish_schema
from core.process.mass.turning import MOST, Planned, Turn, plan_turning
from core.runtime import CRM
from core.store.reading import read_number
from core.users.models import User
from core.web.context import crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, is_htmx, page

blueprint = Blueprint("mass", "core.process.mass", template_folder="templates")
SHOWN = 100


@blueprint.route("/hand-over", methods=["GET", "POST"])
@needs(RIGHT)
def hand_over() -> str | BaseResponse:
    """Asks whose work goes to whom, shows what that means, and begins it."""
    begun = {"giver": request.args.get("giver", type=int), "is_evening": True, "what": list(WHAT)}
    form = SchemaForm(wish_schema(), begun, choices={"segment": segments_for(user())})
    plan = None
    if request.method == "POST":
        with form.catching():
            plan = plan_giving(crm(), user(), as_wish(form.read(request.form)))
            if request.form.get("seen") == digest(plan.moves):
                return go("mass.job", job_id=jobs.start_giving(crm(), user(), plan).id)
    return page(
        "mass/hand_over.html",
        form=form,
        plan=plan,
        names={one.user.id: one.user.name for one in plan.shares} if plan else {},
        seen=digest(plan.moves) if plan else "",
        is_stale=bool(plan and request.form.get("seen")),
        shown=SHOWN,
    )


@blueprint.post("/deals")
@needs("deals.write")
def deals() -> str | BaseResponse:
    """Shows what a change of many deals will do, and begins it once it was seen."""
    ids = [one for one in map(read_number, request.form.get("ids", "").split(",")) if one is not None]
    form = SchemaForm(TurnSchema, {"do": "move"})
    turn, planned = None, []
    with form.catching():
        turn = as_turn(form.read(request.form))
        planned = plan_turning(crm(), user(), ids, turn)
        if request.form.get("seen") == digest(vars(turn)):
            fitting = [one.id for one in planned if not one.refusal]
            return go("mass.job", job_id=jobs.start_turning(crm(), user(), fitting, turn).id)
    return _dialog(ids, form, planned, digest(vars(turn)) if planned else "")


@blueprint.get("/<int:job_id>")
@needs("deals.read")
def job(job_id: int) -> str:
    """Shows how far the work is, what was left as it was, and the way back."""
    found = jobs.get_mass_job(user(), job_id)
    template = "mass/_job.html" if is_htmx() else "mass/job.html"
    return page(
        template,
        job=found,
        count=jobs.count_of(found),
        refused=jobs.refused_of(found),
        is_moving=found.state in ("waiting", "running"),
    )


@blueprint.post("/<int:job_id>/undo")
@needs("deals.write")
def undo(job_id: int) -> BaseResponse:
    """Begins to take the work back."""
    return go("mass.job", job_id=jobs.start_undo(crm(), user(), jobs.get_mass_job(user(), job_id)).id)


def choose_turn(_crm: CRM, _user: User, ids: Sequence[int], _sent: Any) -> Response:
    """Returns the dialog that asks what is to be done with the deals chosen in a list."""
    if len(ids) > MOST:
        raise InvalidInput(_("At most %(n)s records can be changed at once; narrow the search.", n=MOST))
    answer = Response(_dialog(ids, SchemaForm(TurnSchema, {"do": "move"}), [], ""))
    answer.headers.update({"HX-Retarget": "#dialogs", "HX-Reswap": "innerHTML"})
    return answer


def as_wish(values: dict[str, Any]) -> Wish:
    """Returns the wish that the values of its schema mean."""
    chosen = {name: values.get(name) for name in ("region", "segment")}
    chosen |= {
        f"properties.{name.removeprefix(PROPERTY)}": value
        for name, value in values.items()
        if name.startswith(PROPERTY)
    }
    conditions = [{"field": path, "op": "equal", "value": value} for path, value in chosen.items() if value]
    conditions += values.get("conditions", ())
    return Wish(
        values["giver"],
        tuple(values["receivers"]),
        frozenset(values["what"]),
        values["kind"],
        tuple(conditions),
        values["most"],
        values["is_evening"],
    )


def as_turn(values: dict[str, Any]) -> Turn:
    """Returns the turn that the values of its schema mean."""
    return Turn(values["do"], values["stage"], values["reason"], values["note"])


def digest(plan: Any) -> str:
    """Returns a mark of a plan: what is begun must be what was seen."""
    return hashlib.sha256(json.dumps(plan).encode()).hexdigest()[:16]


def _dialog(ids: Sequence[int], form: SchemaForm, planned: Sequence[Planned], seen: str) -> str:
    return page(
        "mass/_deals.html" if is_htmx() else "mass/deals.html",
        ids=",".join(str(one) for one in ids),
        count=len(ids),
        form=form,
        fitting=[one for one in planned if not one.refusal],
        refused=[one for one in planned if one.refusal],
        seen=seen,
        shown=SHOWN,
    )
