"""REST of the process: tasks done with their result, taken, sent back; evidence shown, accepted, rejected."""

from collections.abc import Callable
from typing import Any

from flask import Response

from core.deals.api import DEALS
from core.deals.models import Deal
from core.deals.services import get_deal
from core.process import services
from core.process.models import Evidence
from core.process.schemas import CompletionSchema, EvidenceShownSchema, SendBackSchema
from core.tasks.api import TASKS
from core.tasks.models import Task
from core.tasks.reading import get_task, visible_tasks
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, guard, listing, rest_blueprint

blueprint = rest_blueprint("process", "Stages that drive the work: their tasks and what shows that they are done")
blueprints = (blueprint,)
EVIDENCE = Resource(
    "evidence",
    Evidence,
    EvidenceShownSchema,
    lambda reader: Evidence.select().where(Evidence.task.in_(visible_tasks(reader).select(Task.id))),
    order="-at",
)


@blueprint.act(f"/tasks/<{ID}:task_id>/complete", TASKS, CompletionSchema)
@needs("clients.write")
def complete_task(values: dict[str, Any], task_id: int) -> Response:
    """Marks a task as done; that of a stage takes its result and moves the deal, at the last stage it wins it."""
    return _act(task_id, lambda task: services.complete(crm(), user(), task, **values, version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/take", TASKS)
@needs("clients.write")
def take_task(task_id: int) -> Response:
    """Takes a task that is for whoever has the user's role."""
    return _act(task_id, lambda task: services.take(crm(), user(), task))


@blueprint.act(f"/deals/<{ID}:deal_id>/send-back", DEALS, SendBackSchema)
@needs("clients.write")
def send_deal_back(values: dict[str, Any], deal_id: int) -> Response:
    """Leads a deal back to an earlier stage; whoever gets its task there reads the note."""
    deal = get_deal(crm(), user(), deal_id)
    with guard(DEALS, deal):
        deal = services.send_back(crm(), user(), deal, values["stage"], values["note"], version=deal.version)
    return answer(DEALS, deal)


@blueprint.list(f"/deals/<{ID}:deal_id>/evidence", EVIDENCE)
@needs("deals.read")
def list_evidence_of_deal(deal_id: int) -> Response:
    """Lists what shows that the results of a deal's stages are fulfilled."""
    deal: Deal = get_deal(crm(), user(), deal_id)
    return listing(EVIDENCE, Evidence.select().where(Evidence.deal == deal.id))


@blueprint.list(f"/tasks/<{ID}:task_id>/evidence", EVIDENCE)
@needs("clients.read")
def list_evidence_of_task(task_id: int) -> Response:
    """Lists what shows that the result of a task is fulfilled."""
    task = get_task(user(), task_id)
    return listing(EVIDENCE, Evidence.select().where(Evidence.task == task.id))


@blueprint.act(f"/tasks/<{ID}:task_id>/evidence/<{ID}:evidence_id>/accept", TASKS)
@needs("clients.write")
def accept_evidence(task_id: int, evidence_id: int) -> Response:
    """Accepts evidence; when nothing of the result is missing by then, the task is done."""
    return _decide(task_id, evidence_id, services.accept_evidence)


@blueprint.act(f"/tasks/<{ID}:task_id>/evidence/<{ID}:evidence_id>/reject", TASKS)
@needs("clients.write")
def reject_evidence(task_id: int, evidence_id: int) -> Response:
    """Rejects evidence: it shows nothing."""
    return _decide(task_id, evidence_id, services.reject_evidence)


def _decide(task_id: int, evidence_id: int, action: Callable[..., Evidence]) -> Response:
    def decide(task: Task) -> None:
        action(crm(), user(), services.get_evidence(task, evidence_id))

    return _act(task_id, decide)


def _act(task_id: int, action: Callable[[Task], Any]) -> Response:
    task = get_task(user(), task_id)
    with guard(TASKS, task):
        action(task)
    return answer(TASKS, Task.get_by_id(task_id))
