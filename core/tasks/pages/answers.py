"""Answers to what is done with a task: its row anew in place, or the way back; and the dialogs that ask first.

Whoever sends a request from a row says `at=row`: then the answer is the row as it is now, wherever it stands. Without
htmx, and from pages that a task changes as a whole, it is the way to `next`, or to the task's page.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request, url_for
from marshmallow import Schema
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.i18n import Text
from core.process import services as process
from core.tasks.models import Task
from core.tasks.reading import visible_tasks
from core.tasks.words import DONE, STAGE
from core.web.context import user
from core.web.dialogs import Dialog, ask
from core.web.forms import SchemaForm
from core.web.pages import go, go_to, is_htmx, page, safe_next, toast

ROW = "row"
DIALOGS_GONE = '<hx-partial hx-target="#dialogs" hx-swap="innerHTML"></hx-partial>'


def answered(task: Task, message: Text) -> Response:
    """Returns the answer after something was done with a task: its row in place, or the way back.

    Who has given a task away may not see it any more: then the row is gone.
    """
    found = visible_tasks(user()).where(Task.id == task.id).first()
    if is_htmx() and request.values.get("at") == ROW:
        return toast(row_again(found, task.id, _following(task)) + DIALOGS_GONE, message, also=("hinka:task",))
    if found is None:
        return go("tasks.index", message)
    return_to = request.values.get("next")
    return go_to(safe_next(return_to), message) if return_to else go("tasks.card", message, task_id=task.id)


def row_again(task: Task | None, task_id: int, following: Task | None = None) -> str:
    """Returns a task's row for htmx to put where it stands, and below it what follows; nothing for one seen no more."""
    proofs = process.proposed_on([task]) if task else {}
    return page("tasks/_row_again.html", task=task, task_id=task_id, following=following, proofs=proofs)


def dialog(
    task: Task,
    schema: type[Schema] | Schema,
    do: Callable[[dict[str, Any]], Response],
    *,
    title: Text,
    label: Text,
    colour: str = "primary",
    shown: Mapping[str, Any] | None = None,
    sent: Callable[[], MultiDict] = lambda: request.form,
    **more: Any,
) -> str | Response:
    """Asks what the schema asks, and answers with what `do` makes of it; `more` goes to the dialog."""
    subjects = (task.deal.title if task.deal_id else "", task.client.name if task.client_id else "")
    asked = Dialog(
        title=title,
        about=" · ".join(one for one in (task.title if task.title != title else "", *subjects) if one),
        address=url_for(request.endpoint, task_id=task.id),
        label=label,
        away=url_for("tasks.card", task_id=task.id),
        colour=colour,
        hidden={"version": seen_version() or task.version, **kept_place()},
        **more,
    )
    return ask(asked, SchemaForm(schema, shown), do, sent)


def _following(task: Task) -> Task | None:
    """Returns what the user is to do next where a stage was just done, or None."""
    following = process.stage_task_of(task.deal) if task.kind == STAGE and task.state == DONE else None
    if following is None or following.user_id != user().id:
        return None
    return visible_tasks(user()).where(Task.id == following.id).first()


def kept_place() -> dict[str, str]:
    """Returns where the request comes from, to be sent along."""
    return {name: request.values[name] for name in ("at", "next") if request.values.get(name)}


def seen_version() -> int | None:
    """Returns the version that the page showed; in a stale tab it is an old one, and the service refuses."""
    return request.values.get("version", type=int)
