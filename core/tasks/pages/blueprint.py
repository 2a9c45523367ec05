"""The blueprint of the pages of tasks, and the task that a page is about."""

from flask import Blueprint

from core.tasks.models import Task
from core.tasks.reading import get_task
from core.web.context import user

blueprint = Blueprint("tasks", "core.tasks", template_folder="templates")


def shown_task(task_id: int) -> Task:
    """Returns the task of the page; raises NotFound unless the signed-in user may see it."""
    return get_task(user(), task_id)
