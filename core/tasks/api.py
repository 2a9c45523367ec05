"""REST of tasks: made, changed, postponed, handed over, reported, accepted, sent back, talked about."""

from collections.abc import Callable
from typing import Any

from flask import Response

from core.clients.services import get_client
from core.deals.services import get_deal
from core.interactions.comments import add_comment
from core.interactions.models import Comment
from core.tasks import doers, orders, services
from core.tasks.models import Task
from core.tasks.schemas import (
    TaskCommentSchema,
    TaskFactsSchema,
    TaskHandOverSchema,
    TaskPostponeSchema,
    TaskReportSchema,
    TaskReturnSchema,
    TaskSchema,
)
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, guard, listing, rest_blueprint

blueprint = rest_blueprint("tasks", "What is to be done for clients and deals")
blueprints = (blueprint,)
TASKS = Resource(
    "tasks",
    Task,
    TaskSchema,
    services.visible_tasks,
    entity="task",
    search=lambda text: Task.title.contains(text),
    order="due_at",
)
COMMENTS = Resource("comments", Comment, TaskCommentSchema, lambda _reader: Comment.select(), order="at")


@blueprint.list("/tasks", TASKS)
@needs("clients.read")
def list_tasks() -> Response:
    """Lists the tasks that concern the user (`mine=true`: that the user is to do), and those of what the user sees."""
    return listing(TASKS)


@blueprint.post("/tasks", TASKS, TaskSchema)
@needs("clients.write")
def add_task(values: dict[str, Any]) -> Response:
    """Makes a task, for whoever the token belongs to unless a user is given."""
    client, deal, doer = (values.pop(name) for name in ("client_id", "deal_id", "user_id"))
    made = services.create_task(
        crm(),
        client=None if client is None else get_client(crm(), user(), client),
        deal=None if deal is None else get_deal(crm(), user(), deal),
        user=user() if doer is None else get_user(doer),
        **values,
    )
    return answer(TASKS, made, 201)


@blueprint.get(f"/tasks/<{ID}:task_id>", TASKS)
@needs("clients.read")
def get_one_task(task_id: int) -> Response:
    """Shows a task."""
    return answer(TASKS, services.get_task(user(), task_id))


@blueprint.change(f"/tasks/<{ID}:task_id>", TASKS, TaskFactsSchema)
@needs("clients.write")
def patch_task(values: dict[str, Any], task_id: int) -> Response:
    """Changes the given facts of a task; of the task of a stage only its deadline."""
    return _act(task_id, lambda task: services.change_task(crm(), task, values, version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/reopen", TASKS)
@needs("clients.write")
def reopen_task(task_id: int) -> Response:
    """Marks a task that was done, reported or cancelled as open again."""
    return _act(task_id, lambda task: services.open_again(crm(), task, version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/cancel", TASKS)
@needs("clients.write")
def cancel_task(task_id: int) -> Response:
    """Cancels a task that was made by hand: nobody is to do it any more."""
    return _act(task_id, lambda task: services.cancel(crm(), task, version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/postpone", TASKS, TaskPostponeSchema)
@needs("clients.write")
def postpone_task(values: dict[str, Any], task_id: int) -> Response:
    """Puts a task off to a moment that is still to come."""
    return _act(task_id, lambda task: doers.postpone(crm(), task, values["until"], version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/hand-over", TASKS, TaskHandOverSchema)
@needs("clients.write")
def hand_task_over(values: dict[str, Any], task_id: int) -> Response:
    """Gives a task to somebody who works here and sees what it is about."""
    doer, comment = get_user(values["user"]), values["comment"]
    return _act(task_id, lambda task: doers.hand_over(crm(), user(), task, doer, comment=comment, version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/report", TASKS, TaskReportSchema)
@needs("clients.write")
def report_task(values: dict[str, Any], task_id: int) -> Response:
    """Reports an order with control as done: its author is to accept the result."""
    return _act(task_id, lambda task: orders.report(crm(), task, values["note"], version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/accept", TASKS)
@needs("clients.write")
def accept_task(task_id: int) -> Response:
    """Accepts the result of an order that was reported."""
    return _act(task_id, lambda task: orders.accept(crm(), user(), task, version=task.version))


@blueprint.act(f"/tasks/<{ID}:task_id>/return", TASKS, TaskReturnSchema)
@needs("clients.write")
def return_task(values: dict[str, Any], task_id: int) -> Response:
    """Sends an order that was reported back, with what is missing; it is open again."""
    return _act(task_id, lambda task: orders.send_back(crm(), user(), task, values["comment"], version=task.version))


@blueprint.list(f"/tasks/<{ID}:task_id>/comments", COMMENTS)
@needs("clients.read")
def list_comments(task_id: int) -> Response:
    """Lists what colleagues said about a task."""
    task = services.get_task(user(), task_id)
    return listing(COMMENTS, Comment.select().where(Comment.entity == "task", Comment.entity_id == task.id))


@blueprint.post(f"/tasks/<{ID}:task_id>/comments", COMMENTS, TaskCommentSchema)
@needs("clients.write")
def add_task_comment(values: dict[str, Any], task_id: int) -> Response:
    """Adds a comment on a task."""
    return answer(COMMENTS, add_comment(crm(), user(), "task", task_id, values["body"]), 201)


def _act(task_id: int, action: Callable[[Task], Task]) -> Response:
    task = services.get_task(user(), task_id)
    with guard(TASKS, task):
        task = action(task)
    return answer(TASKS, task)
