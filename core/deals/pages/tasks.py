"""Tasks on a deal's card: made, done, opened again."""

from typing import Any

from flask import request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from core.clients.property_fields import check_user, user_choices
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.pages.dialogs import dialog
from core.errors import NotFound
from core.i18n import _, lazy
from core.tasks import services
from core.tasks.models import Task
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.pages import go, is_htmx, page


class TaskSchema(Schema):
    """A task as a card makes it."""

    title = fields.String(
        required=True, validate=validate.Length(1, 300), metadata={"label": lazy("What is to be done?"), "wide": True}
    )
    user = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=check_user,
        metadata={"label": lazy("By whom"), "widget": "select", "choices": user_choices},
    )
    due_at = fields.AwareDateTime(load_default=None, allow_none=True, metadata={"label": lazy("Until when")})


@blueprint.route("/<int:deal_id>/tasks/new", methods=["GET", "POST"])
@needs("deals.write")
def new_task(deal_id: int) -> str | Response:
    """Asks what is to be done, and makes the task."""
    deal = shown_deal(deal_id)

    def do(values: dict[str, Any]) -> None:
        person = get_user(values["user"]) if values["user"] else None
        services.create_task(
            crm(), title=values["title"], user=person, author=user(), deal=deal, due_at=values["due_at"]
        )

    shown = {"user": deal.owner_id}
    return dialog(deal, TaskSchema, shown, do, _("New task"), _("Make the task"), "primary", _("The task is made."))


@blueprint.post("/<int:deal_id>/tasks/<int:task_id>")
@needs("deals.write")
def tick_task(deal_id: int, task_id: int) -> str | Response:
    """Marks a task of the deal as done, or as open again, and shows the deal's tasks."""
    deal = shown_deal(deal_id)
    task = Task.get_or_none(Task.id == task_id, Task.deal == deal.id)
    if task is None:
        raise NotFound(_("There is no such task on this deal."))
    version = request.form.get("version", type=int)
    if task.state == services.OPEN:
        services.complete(crm(), task, version=version)
    else:
        services.open_again(crm(), task, version=version)
    if not is_htmx():
        return go("deals.card", deal_id=deal.id)
    return page("deals/_tasks.html", deal=deal, tasks=services.tasks_of(deal), now=crm().clock.now())
