"""Making a task, from anywhere or from the card of a deal or client, and changing its facts."""

from typing import Any

from flask import request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from core.clients.models import Client
from core.clients.services import get_client
from core.deals.models import Deal
from core.deals.services import get_deal
from core.i18n import _
from core.tasks import services
from core.tasks.models import Task
from core.tasks.pages.answers import answered, dialog, kept_place, seen_version
from core.tasks.pages.blueprint import blueprint, shown_task
from core.tasks.pages.boxes import box_of
from core.tasks.schemas import TaskSchema
from core.tasks.services import OF_STAGES
from core.tasks.words import STAGE
from core.users.services import get_user
from core.web.context import crm, needs, user
from core.web.dialogs import Dialog, ask
from core.web.forms import SchemaForm
from core.web.pages import go, go_to, is_htmx, safe_next, toast

FORM = ("title", "user", "due_at", "is_controlled", "instructions")


@blueprint.route("/new", methods=["GET", "POST"])
@needs("clients.write")
def new() -> str | Response:
    """Asks what is to be done, and makes the task; `deal` or `client` of the address is what it is about."""
    deal, client = _subject()

    def make(values: dict[str, Any]) -> Response:
        doer = values.pop("user_id")
        task = services.create_task(
            crm(), author=user(), user=get_user(doer) if doer else None, deal=deal, client=client,
            checklist=_lines(), **values,
        )  # fmt: skip
        return _made(task, deal, client)

    subject = {"deal": deal.id} if deal else {"client": client.id} if client else {}
    asked = Dialog(
        title=_("New task"),
        about=f"{deal.title} · {deal.client.name}" if deal else client.name if client else "",
        address=url_for("tasks.new", **subject),
        label=_("Make the task"),
        away=url_for("tasks.index"),
        hidden=kept_place(),
        foot="tasks/_points.html",
        context={"lines": request.form.get("points", "")},
    )
    return ask(asked, SchemaForm(TaskSchema(only=FORM), {"user": user().id}), make)


@blueprint.route("/<int:task_id>/edit", methods=["GET", "POST"])
@needs("clients.write")
def edit(task_id: int) -> str | Response:
    """Shows and changes the facts of a task."""
    task = shown_task(task_id)
    is_of_stage = task.kind == STAGE
    schema: Schema = TaskSchema(only=OF_STAGES if is_of_stage else [name for name in FORM if name != "user"])

    def change(values: dict[str, Any]) -> Response:
        points = {} if is_of_stage else {"checklist": _lines()}
        services.change_task(crm(), task, {**values, **points}, version=seen_version())
        return answered(task, _("Saved."))

    lines = request.form.get("points", "\n".join(point["text"] for point in task.checklist))
    return dialog(
        task, schema, change, title=_("Change the task"), label=_("Save"),
        shown={name: getattr(task, name) for name in ("title", "due_at", "is_controlled", "instructions")},
        foot="" if is_of_stage else "tasks/_points.html", context={"lines": lines},
    )  # fmt: skip


def _subject() -> tuple[Deal | None, Client | None]:
    """Returns the deal or client of the address; raises NotFound for one that the user doesn't see."""
    deal_id, client_id = request.args.get("deal", type=int), request.args.get("client", type=int)
    deal = get_deal(crm(), user(), deal_id) if deal_id else None
    return deal, get_client(crm(), user(), client_id) if client_id and not deal else None


def _lines() -> list[str]:
    return request.form.get("points", "").splitlines()


def _made(task: Task, deal: Deal | None, client: Client | None) -> Response:
    message = _("The task is made.")
    if return_to := request.values.get("next"):
        return go_to(safe_next(return_to), message)
    if is_htmx() and (deal or client):
        return toast(box_of(deal or client), message)
    return go("tasks.card", message, task_id=task.id)
