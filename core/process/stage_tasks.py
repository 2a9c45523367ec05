"""Tasks of stages: made when a deal comes to a stage, held with it, ended when it leaves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.deals.history import held_since
from core.deals.models import Deal, StageVisit
from core.hooks.contributions import DealTurn
from core.process.responsible import Doer, Staff, doer_of
from core.runtime import CRM
from core.stages.models import Stage, TypeStage
from core.stages.steps import PROCESS
from core.store import audit
from core.store.plainly import add_row, change_row
from core.store.written import Written
from core.tasks.models import Task
from core.tasks.words import CANCELLED, HELD, OPEN, STAGE
from core.worktime import put_off
from core.worktime_settings import calendar_of

STANDING = (OPEN, HELD)


def stage_task_of(deal: Deal) -> Task | None:
    """Returns the task of the stage at which a deal stands, open or held with the deal, or None."""
    return Task.get_or_none(Task.deal == deal.id, Task.kind == STAGE, Task.state.in_(STANDING))


def is_led(deal: Deal) -> bool:
    """Tells whether a deal must have a task of its stage: it is open, not in the trash, and of a process."""
    return deal.is_open and deal.deleted_at is None and deal.place is not None and deal.deal_type.mode == PROCESS


def step_at(version_id: int, place: int) -> TypeStage | None:
    """Returns the step at a place of a version, with its stage, or None."""
    return next(iter(steps_at(version_id, place)), None)


def steps_at(version_id: int, *places: int) -> list[TypeStage]:
    """Returns the steps at the places of a version that lie between these, in order, each with its stage."""
    return _STEPS.rows(version_id, min(places), max(places))


def make_stage_task(crm: CRM, turn: DealTurn) -> Task:
    """Returns the new task of the stage to which a deal came by a turn; its note stands before the instructions."""
    deal, now = turn.deal, crm.clock.now()
    step = turn.step or steps_at(deal.version_id, deal.place)[0]
    doer = doer_of(Staff(), step, deal.owner_id)
    task = Task(
        kind=STAGE,
        title=step.task_title or step.stage.name,
        instructions=written(doer.note, turn.note, step.instructions),
        client=deal.client_id,
        deal=deal.id,
        step=step.id,
        visit_id=turn.visit_id or _open_visit(deal),
        user=doer.user_id,
        role=doer.role_id,
        checklist=unticked(step.checklist),
        due_at=deal.late_at,
        state=HELD if deal.is_on_hold else OPEN,
        created_at=now,
        changed_at=now,
    )
    add_row(task)
    audit.record(crm, "task", task.id, "created", {"title": [None, task.title]})
    return task


def alter(crm: CRM, task: Task, action: str, **values: Any) -> None:
    """Gives a standing task, locked by its deal, new values as its next version, and the record too."""
    before = {name: task.__data__[name] for name in values}
    for name, value in values.items():
        setattr(task, name, value)
    task.changed_at = crm.clock.now()
    # Who postpones it meanwhile holds no lock of the deal: the version counts on from what it is by then.
    change_row(task, counts_version=True)
    task.__data__["version"] += 1
    audit.record(crm, "task", task.id, action, audit.differences(before, values))


def cancel_tasks(crm: CRM, deal: Deal, kind: str = STAGE) -> None:
    """Cancels what stands of a deal's tasks of a kind."""
    for task in Task.select().where(Task.deal == deal.id, Task.kind == kind, Task.state.in_(STANDING)):
        alter(crm, task, CANCELLED, state=CANCELLED)


def hold_stage_task(crm: CRM, deal: Deal) -> None:
    """Holds the task of a deal that is put aside."""
    task = stage_task_of(deal)
    if task is not None and task.state == OPEN:
        alter(crm, task, HELD, state=HELD)


def resume_stage_task(crm: CRM, deal: Deal, at: datetime) -> None:
    """Opens the held task again, with a deadline put off by the working time for which the deal was held."""
    task = stage_task_of(deal)
    if task is None or task.state != HELD:
        return
    due = task.due_at
    if due is not None:
        due = put_off(calendar_of(crm), due, held_since(deal.id, at), at)
    alter(crm, task, "resumed", state=OPEN, due_at=due)


def hand_over_tasks(crm: CRM, deal: Deal, owner_before: int | None) -> None:
    """Gives the open tasks that the earlier owner of a deal had for it to the present one."""
    staff = Staff()
    query = Task.select().where(Task.deal == deal.id, Task.state.in_(STANDING))
    for task in query:
        was, now = _doers(staff, task, deal, owner_before)
        if task.user_id == was.user_id != now.user_id and task.role_id == was.role_id:
            instructions = written(now.note, task.instructions.removeprefix(was.note))
            alter(crm, task, "went along", user=now.user_id, role=now.role_id, instructions=instructions)


def unticked(checklist: Sequence[str]) -> list[dict[str, Any]]:
    """Returns a checklist as a new task keeps it: {"text", "is_done"} for each sentence."""
    return [{"text": text, "is_done": False} for text in checklist]


def written(*parts: str) -> str:
    """Returns the parts that say something, as paragraphs."""
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _open_visit(deal: Deal) -> int | None:
    return StageVisit.select(StageVisit.id).where(StageVisit.deal == deal.id, StageVisit.left_at.is_null()).scalar()


_STEPS = Written(
    lambda version_id, first, last: (
        TypeStage.select(TypeStage, Stage)
        .join(Stage)
        .where(TypeStage.version == version_id, TypeStage.place.between(first, last))
        .order_by(TypeStage.place)
    )
)


def _doers(staff: Staff, task: Task, deal: Deal, owner_before: int | None) -> tuple[Doer, Doer]:
    """Returns who has a task by the rule of its stage under the earlier owner and under the present one."""
    if task.kind != STAGE or task.step is None:
        return Doer(owner_before), Doer(deal.owner_id if owner_before else None)
    return doer_of(staff, task.step, owner_before), doer_of(staff, task.step, deal.owner_id)
