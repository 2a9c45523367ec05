"""What is done with a task in place: done, opened again, cancelled, taken, postponed, handed over, ticked off."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from core.i18n import _, format_moment
from core.process import services as process
from core.tasks import doers, services
from core.tasks.pages import results, uploads
from core.tasks.pages.answers import answered, dialog, seen_version
from core.tasks.pages.blueprint import blueprint, shown_task
from core.tasks.schemas import TaskHandOverSchema, TaskPostponeSchema
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.pages import go


@blueprint.post("/<int:task_id>/done")
@needs("clients.write")
def done(task_id: int) -> Response:
    """Marks a task as done about which nothing must be known."""
    task = shown_task(task_id)
    if task.kind in results.LED:
        return go("tasks.do", task_id=task.id)
    process.complete(crm(), user(), task, version=seen_version())
    return answered(task, results.said(task))


@blueprint.route("/<int:task_id>/do", methods=["GET", "POST"])
@needs("clients.write")
def do(task_id: int) -> str | Response:
    """Asks for the result of a task, with its checklist, and marks it as done; the task of a stage moves its deal."""
    task = shown_task(task_id)
    ticked = request.form.getlist("point", type=int)
    schema = results.form_of(task, user())

    def finish(values: dict[str, Any]) -> Response:
        # A file that was sent may have been all that its type waited for.
        if not uploads.has_ended(task):
            results.finish(crm(), user(), task, values, ticked, seen_version())
        return answered(task, results.said(task))

    return dialog(
        task, schema, finish, title=task.title, label=_("Done"), colour="success",
        sent=lambda: uploads.kept(crm(), user(), task, schema),
        shown=results.shown_in(task, schema), body="tasks/_do.html",
        foot="tasks/_outcome.html",
        context={
            "task": task,
            "ticked": ticked if request.method == "POST" else None,
            "outcome": results.outcome(task),
        },
    )  # fmt: skip


@blueprint.post("/<int:task_id>/reopen")
@needs("clients.write")
def reopen(task_id: int) -> Response:
    """Opens a task again."""
    task = shown_task(task_id)
    services.open_again(crm(), task, version=seen_version())
    return answered(task, _("Open again: %(title)s", title=task.title))


@blueprint.post("/<int:task_id>/cancel")
@needs("clients.write")
def cancel(task_id: int) -> Response:
    """Cancels a task."""
    task = shown_task(task_id)
    services.cancel(crm(), task, version=seen_version())
    return answered(task, _("Cancelled: %(title)s", title=task.title))


@blueprint.post("/<int:task_id>/take")
@needs("clients.write")
def take(task_id: int) -> Response:
    """Makes a task of a role the user's own."""
    task = shown_task(task_id)
    process.take(crm(), user(), task)
    return answered(task, _("It is yours now: %(title)s", title=task.title))


@blueprint.post("/<int:task_id>/points/<int:place>")
@needs("clients.write")
def point(task_id: int, place: int) -> Response:
    """Ticks a point of the checklist off, or takes its tick away."""
    task = shown_task(task_id)
    services.tick(crm(), task, place, is_done="is_done" in request.form, version=seen_version())
    return answered(task, _("Noted."))


@blueprint.route("/<int:task_id>/postpone", methods=["GET", "POST"])
@needs("clients.write")
def postpone(task_id: int) -> str | Response:
    """Puts a task off: at once to tomorrow or next week (`to`), or to a moment that is asked."""
    task = shown_task(task_id)

    def put_off(values: dict[str, Any]) -> Response:
        doers.postpone(crm(), task, values["until"], version=seen_version())
        return answered(task, _("Postponed: %(moment)s", moment=format_moment(task.due_at, crm().config.zone)))

    if request.method == "POST" and "to" in request.form:
        return put_off({"until": doers.day_of(crm(), task, request.form["to"])})
    shown = {"until": doers.day_of(crm(), task, doers.TOMORROW)}
    return dialog(task, TaskPostponeSchema, put_off, title=_("Postpone"), label=_("Postpone"), shown=shown)


@blueprint.route("/<int:task_id>/hand-over", methods=["GET", "POST"])
@needs("clients.write")
def hand_over(task_id: int) -> str | Response:
    """Asks to whom, and hands the task over."""
    task = shown_task(task_id)

    def give(values: dict[str, Any]) -> Response:
        doer = get_user(values["user"])
        doers.hand_over(crm(), user(), task, doer, comment=values["comment"], version=seen_version())
        return answered(task, _("Handed over to %(name)s.", name=doer.name))

    return dialog(task, TaskHandOverSchema, give, title=_("Hand the task over"), label=_("Hand over"))
