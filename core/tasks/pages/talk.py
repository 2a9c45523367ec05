"""What colleagues say about a task."""

from typing import Any

from werkzeug.wrappers import Response

from core.i18n import _
from core.interactions.comments import add_comment
from core.tasks.pages.answers import answered, dialog
from core.tasks.pages.blueprint import blueprint, shown_task
from core.tasks.schemas import TaskCommentSchema
from core.web.context import crm, needs, user


@blueprint.route("/<int:task_id>/comment", methods=["GET", "POST"])
@needs("clients.write")
def comment(task_id: int) -> str | Response:
    """Asks for a comment, and adds it."""
    task = shown_task(task_id)

    def do(values: dict[str, Any]) -> Response:
        add_comment(crm(), user(), "task", task.id, values["body"])
        return answered(task, _("The comment is there."))

    return dialog(task, TaskCommentSchema, do, title=_("Comment"), label=_("Save"))
