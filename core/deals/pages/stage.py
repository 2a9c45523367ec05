"""A stage of a deal's route, opened by a click: its task with the result, who was there when, or what it will ask."""

from typing import Any

from peewee import JOIN
from werkzeug.wrappers import Response

from core.deals.models import Deal, StageVisit
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.reading import visits_of
from core.errors import NotFound
from core.i18n import _
from core.stages.models import TypeStage
from core.stages.types import ladders
from core.tasks.models import Task
from core.tasks.pages.results import result_lines
from core.tasks.words import CANCELLED, STAGE
from core.users.models import User
from core.web.context import crm, needs
from core.web.pages import is_htmx, page


@blueprint.get("/<int:deal_id>/stages/<int:place>")
@needs("deals.read")
def stage(deal_id: int, place: int) -> str | Response:
    """Shows a stage of the deal's route, in a box or as a page of its own."""
    deal = shown_deal(deal_id)
    step = _step(deal, place)
    return page(
        "deals/_stage_box.html" if is_htmx() else "deals/stage.html",
        deal=deal,
        step=step,
        visits=_visits(deal, step),
        tasks=[(task, result_lines(crm(), task)) for task in _tasks(deal, step)],
    )


def _step(deal: Deal, place: int) -> TypeStage:
    steps: dict[int, Any] = {step.place: step for step in ladders([deal.version_id])[deal.version_id]}
    if place not in steps:
        raise NotFound(_("There is no such stage on the way of this deal."))
    return steps[place]


def _visits(deal: Deal, step: TypeStage) -> list[StageVisit]:
    return [visit for visit in visits_of(deal) if visit.stage_id == step.stage_id]


def _tasks(deal: Deal, step: TypeStage) -> list[Task]:
    """Returns the tasks that the deal had for the stage, oldest first, with who did them; no cancelled ones."""
    query = Task.select(Task, TypeStage, User).join(TypeStage)
    query = query.join_from(Task, User, JOIN.LEFT_OUTER, on=(Task.done_by_id == User.id), attr="done_by")
    query = query.where(Task.deal == deal.id, Task.kind == STAGE, Task.state != CANCELLED)
    return list(query.where(TypeStage.stage == step.stage_id).order_by(Task.id))
