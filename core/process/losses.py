"""Working up a loss: the task that somebody gets when a deal is lost, and what is to be known at its end."""

from typing import Any, NamedTuple

from core.deals.models import Deal
from core.i18n import _, lazy
from core.process.responsible import Staff, doer_of
from core.process.stage_tasks import written
from core.runtime import CRM
from core.stages.results import ResultField
from core.store import audit
from core.tasks.models import Task
from core.tasks.words import LOSS
from core.worktime import add_working_time
from core.worktime_settings import calendar_of

LOSS_FIELDS = (
    ResultField("what_happened", lazy("What happened"), "text"),
    ResultField("competitor", lazy("Who got it"), "text", is_required=False),
    ResultField("try_again_on", lazy("When to try again"), "date", is_required=False),
)
LIMIT_DAYS = 3


class _LossStep(NamedTuple):
    """The rule of a type who works up a loss, as that of a step."""

    responsible: str
    user_id: int | None
    role_id: int | None


def make_loss_task(crm: CRM, deal: Deal) -> Task | None:
    """Returns the new task to work up a loss, for whom the type names; None if it names nobody."""
    kind = deal.deal_type
    if not kind.loss_responsible:
        return None
    doer = doer_of(Staff(), _LossStep(kind.loss_responsible, kind.loss_user_id, kind.loss_role_id), deal.owner_id)
    now = crm.clock.now()
    task = Task.create(
        kind=LOSS,
        title=_("Work up the loss"),
        instructions=written(doer.note, deal.loss_note),
        client=deal.client_id,
        deal=deal.id,
        user=doer.user_id,
        role=doer.role_id,
        due_at=add_working_time(calendar_of(crm), now, days=LIMIT_DAYS),
        created_at=now,
        changed_at=now,
    )
    audit.record(crm, "task", task.id, "created", {"title": [None, task.title]})
    return task


def make_next_try(crm: CRM, task: Task, result: dict[str, Any]) -> Task | None:
    """Returns the new task to try again on the day that working up a loss named; None if it named none."""
    if not (day := result.get("try_again_on")):
        return None
    now = crm.clock.now()
    due = add_working_time(calendar_of(crm), crm.day_start(day), days=0)
    made = Task.create(
        title=_("Try again: %(deal)s", deal=task.deal.title),
        instructions=result["what_happened"],
        client=task.client_id,
        deal=task.deal_id,
        user=task.user_id or task.done_by_id,
        author=crm.actor.user_id,
        due_at=due,
        created_at=now,
        changed_at=now,
    )
    audit.record(crm, "task", made.id, "created", {"title": [None, made.title]})
    return made
