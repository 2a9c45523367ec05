"""The author's answer to a report: accepted, or sent back."""

from typing import Any

from werkzeug.wrappers import Response

from core.i18n import _
from core.tasks import orders
from core.tasks.pages.answers import answered, dialog, seen_version
from core.tasks.pages.blueprint import blueprint, shown_task
from core.tasks.schemas import TaskReturnSchema
from core.web.context import crm, needs, user


@blueprint.post("/<int:task_id>/accept")
@needs("clients.write")
def accept(task_id: int) -> Response:
    """Accepts the result."""
    task = shown_task(task_id)
    orders.accept(crm(), user(), task, version=seen_version())
    return answered(task, _("Accepted: %(title)s", title=task.title))


@blueprint.route("/<int:task_id>/return", methods=["GET", "POST"])
@needs("clients.write")
def send_back(task_id: int) -> str | Response:
    """Asks what is missing, and sends the task back."""
    task = shown_task(task_id)

    def do(values: dict[str, Any]) -> Response:
        orders.send_back(crm(), user(), task, values["comment"], version=seen_version())
        return answered(task, _("Sent back: %(title)s", title=task.title))

    return dialog(task, TaskReturnSchema, do, title=_("Send the task back"), label=_("Send back"), colour="warning")
