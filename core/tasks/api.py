"""REST of tasks."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from core.clients.services import get_client
from core.deals.services import get_deal
from core.tasks import services
from core.tasks.models import Task
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, guard, listing, rest_blueprint
from core.web.rest.arguments import check_moment

blueprint = rest_blueprint("tasks", "What is to be done for clients and deals")
blueprints = (blueprint,)


class TaskSchema(Schema):
    """Something that a user is to do. Links are ids."""

    id = fields.Integer(dump_only=True)
    title = fields.String(required=True, validate=validate.Length(1, 300))
    instructions = fields.String(load_default="", validate=validate.Length(max=20_000))
    client = fields.Integer(attribute="client_id", allow_none=True, load_default=None)
    deal = fields.Integer(attribute="deal_id", allow_none=True, load_default=None)
    user = fields.Integer(attribute="user_id", allow_none=True, load_default=None)
    author = fields.Integer(attribute="author_id", dump_only=True, allow_none=True)
    due_at = fields.AwareDateTime(allow_none=True, load_default=None, validate=check_moment)
    state = fields.String(dump_only=True)
    done_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)


TASKS = Resource(
    "tasks", Task, TaskSchema, services.visible_tasks, search=lambda text: Task.title.contains(text), order="due_at"
)


@blueprint.list("/tasks", TASKS)
@needs("clients.read")
def list_tasks() -> Response:
    """Lists the tasks that concern the user, and those of the clients and deals that the user sees."""
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


@blueprint.act(f"/tasks/<{ID}:task_id>/complete", TASKS)
@needs("clients.write")
def complete_task(task_id: int) -> Response:
    """Marks a task as done."""
    task = services.get_task(user(), task_id)
    with guard(TASKS, task):
        services.complete(crm(), task, version=task.version)
    return answer(TASKS, task)


@blueprint.act(f"/tasks/<{ID}:task_id>/reopen", TASKS)
@needs("clients.write")
def reopen_task(task_id: int) -> Response:
    """Marks a done task as open again."""
    task = services.get_task(user(), task_id)
    with guard(TASKS, task):
        services.open_again(crm(), task, version=task.version)
    return answer(TASKS, task)
