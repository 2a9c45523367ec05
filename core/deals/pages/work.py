"""What a deal of a process needs now: the task of its stage with its form, done on the card itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.deals.models import Deal
from core.process.services import may_complete
from core.stages.models import Stage, TypeStage
from core.tasks.models import Task
from core.tasks.pages.results import form_of, shown_in
from core.tasks.words import OPEN
from core.web.context import can, user
from core.web.forms import SchemaForm


@dataclass(frozen=True)
class Work:
    """The task at hand: its form, for whoever may do it, and the stage to which it leads, None at the last one."""

    task: Task
    step: TypeStage
    form: SchemaForm | None
    following: Stage | None
    can_go_back: bool


def work_of(deal: Deal, task: Task, steps: Sequence[TypeStage]) -> Work:
    """Returns the work on the task of the deal's stage, as the signed-in user may do it."""
    step = next(step for step in steps if step.place == deal.place)
    following = next((step.stage for step in steps if step.place == deal.place + 1), None)
    # They are known here, so that the form need not look them up.
    task.step, task.deal = step, deal
    form = None
    if task.state == OPEN and (can("deals.write") or may_complete(user(), task)):
        schema = form_of(task, user(), is_last=following is None)
        form = SchemaForm(schema, shown_in(task, schema))
    return Work(task, step, form, following, deal.place > steps[0].place)
