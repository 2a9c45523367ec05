"""What is asked when a task is done: the result of its stage, what a won deal brought, or a note; and its ending."""

from datetime import date, datetime
from typing import Any

from marshmallow import Schema, fields, validate

from core.deals.demand import answer, lines_of
from core.deals.demand_schemas import closing_form, form_answers, shown_answers
from core.deals.schemas import WinSchema
from core.errors import InvalidInput
from core.i18n import Text, _, format_date, format_moment, lazy
from core.interactions.comments import LONGEST
from core.process import services as process
from core.process.stage_tasks import step_at
from core.runtime import CRM
from core.tasks.models import Task
from core.tasks.schemas import TaskReportSchema
from core.tasks.words import LOSS, REPORTED, STAGE
from core.users.models import User

# Before the keys of results, which may be called as other fields are.
PREFIX = "result."
LED = (STAGE, LOSS)


class TaskNoteSchema(Schema):
    """What doing a task made by hand asks."""

    note = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST),
        metadata={"label": lazy("What came of it?"), "widget": "textarea"},
    )


def form_of(task: Task, reader: User, *, is_last: bool | None = None) -> type[Schema]:
    """Returns the schema of what `reader` is asked who does the task; results stand under `result.<key>`.

    `is_last` says that the task is that of its deal's last stage; None: it is looked up.
    """
    if task.kind not in LED:
        is_reported = task.is_controlled and task.author_id != reader.id
        return TaskReportSchema if is_reported else TaskNoteSchema
    asked: dict[str, Any] = {PREFIX + key: one for key, one in process.schema_of_task(task)._declared_fields.items()}
    if is_last is None:
        is_last = task.kind == STAGE and step_at(task.deal.version_id, task.deal.place + 1) is None
    if is_last:
        asked["amount"] = WinSchema._declared_fields["amount"]
    schema = Schema.from_dict(asked, name="TaskResult")
    return closing_form(schema, lines_of(task.deal), task.deal.currency, is_won=True) if is_last else schema


def shown_in(task: Task, schema: type[Schema]) -> dict[str, Any]:
    """Returns what is known already of what the form of the task asks, by the names of the form."""
    known = {PREFIX + key: value for key, value in task.result.items()} if task.kind in LED else {}
    known |= shown_answers(schema)
    return known | ({"amount": task.deal.potential} if task.kind == STAGE else {})


def outcome(task: Task) -> Text:
    """Returns the sentence that says what doing the task of a stage does to its deal; nothing for others."""
    if task.kind != STAGE:
        return ""
    following = step_at(task.deal.version_id, task.deal.place + 1)
    if following is None:
        return _("With this the deal is won.")
    return _("The deal then goes on to “%(stage)s”.", stage=following.stage.name)


def finish(crm: CRM, user: User, task: Task, values: dict[str, Any], ticked: list[int], version: int | None) -> Task:
    """Returns the task as done with what was filled in; raises InvalidInput by the names of the form."""
    wishes = form_answers(values)
    result = values.get(PREFIX.rstrip("."), {}) if task.kind in LED else values
    amount = values.get("amount")
    try:
        with crm.work():
            if wishes:
                answer(crm, task.deal, wishes)
            return process.complete(crm, user, task, result, checklist=ticked, amount=amount, version=version)
    except InvalidInput as error:
        asked = form_of(task, user)._declared_fields
        named = {PREFIX + name if PREFIX + name in asked else name: found for name, found in error.fields.items()}
        raise InvalidInput(str(error), fields=named) from error


def said(task: Task) -> Text:
    """Returns the sentence that says what became of a task that was just done."""
    if task.state == REPORTED:
        return _("Reported. %(name)s decides about the result.", name=task.author.name)
    return _("Done: %(title)s", title=task.title)


def result_lines(crm: CRM, task: Task) -> list[tuple[Text, str]]:
    """Returns what is known of the result in words, as (label, value); that of a stage in the order of its fields."""
    if task.kind not in LED:
        return [(_("What came of it"), task.result["note"])] if task.result.get("note") else []
    asked = process.schema_of_task(task)._declared_fields
    known = {key: task.result[key] for key in asked if task.result.get(key) not in (None, "")}
    return [(asked[key].metadata["label"], _worded(crm, asked[key], value)) for key, value in known.items()]


def _worded(crm: CRM, one: fields.Field, value: Any) -> str:
    choices = one.metadata.get("choices")
    if choices is not None:
        return str(dict(choices() if callable(choices) else choices).get(value, value))
    if isinstance(one, fields.Boolean):
        return _("Yes") if value else _("No")
    if isinstance(one, fields.DateTime):
        return format_moment(datetime.fromisoformat(value), crm.config.zone)
    return format_date(date.fromisoformat(value)) if isinstance(one, fields.Date) else str(value)
