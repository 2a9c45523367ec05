"""What it means to drop a deal's card on a stage, or on "won": done at once, or what must be told first.

A manual deal goes where it is dropped. A deal of a process goes forward by the task of its stage, so the result of this
is asked; backward with a note for whoever gets it. What the rules forbid is refused in the words of the services.
"""

from dataclasses import dataclass

from core.deals.closings import win
from core.deals.demand import lines_of
from core.deals.models import Deal
from core.deals.moves import move, step_of
from core.errors import Conflict
from core.i18n import _
from core.process.stage_tasks import stage_task_of, step_at
from core.runtime import CRM
from core.stages.types import PROCESS
from core.tasks.models import Task

TASK, SEND_BACK, WIN = "task", "send back", "win"


@dataclass(frozen=True)
class Question:
    """What must be told before the drop is done: the result of a task, a note, or what came of the deal."""

    kind: str
    task: Task | None = None


def drop_on_stage(crm: CRM, deal: Deal, stage_id: int, *, version: int) -> Question | None:
    """Moves the deal to a stage, or returns the question that comes first; raises InvalidInput, Conflict."""
    _check_seen(deal, version)
    step = step_of(deal, stage_id)
    if deal.is_open and deal.deal_type.mode == PROCESS and deal.place is not None:
        if step.place < deal.place:
            return Question(SEND_BACK)
        if step.place == deal.place + 1 and (task := stage_task_of(deal)):
            return Question(TASK, task)
    move(crm, deal, step.stage, version=version)
    return None


def drop_on_won(crm: CRM, deal: Deal, *, version: int) -> Question | None:
    """Wins the deal, or returns the question that comes first; raises InvalidInput, Conflict."""
    _check_seen(deal, version)
    is_led = deal.deal_type.mode == PROCESS and deal.is_open
    if is_led and step_at(deal.version_id, deal.place + 1) is None and (task := stage_task_of(deal)):
        return Question(TASK, task)
    if not is_led and deal.is_open and lines_of(deal):
        return Question(WIN)
    win(crm, deal, version=version)
    return None


def _check_seen(deal: Deal, version: int) -> None:
    if deal.version != version:
        raise Conflict(_("Somebody changed this deal meanwhile. Look at it again and repeat what you wanted."))
