"""Doing what a stage asks for: the task is closed and the deal moves, or is won, in one transaction.

The deal's row is locked first, then its task is looked at: of several who complete it, or lose the deal, at the same
moment, one is first and the others are told.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from core.clients.models import Client
from core.deals import rows
from core.deals.closings import win
from core.deals.models import Deal
from core.deals.moves import lead, move, step_of
from core.errors import Conflict, InvalidInput, NotAllowed
from core.i18n import _
from core.process.losses import make_next_try
from core.process.results import checked_result
from core.process.stage_tasks import STANDING, alter, stage_task_of, steps_at
from core.runtime import CRM
from core.stages.models import Stage, TypeStage
from core.store.plainly import read_row
from core.tasks import services as tasks
from core.tasks.models import Task
from core.tasks.words import CANCELLED, DONE, LOSS, STAGE
from core.users.access import visible_to
from core.users.models import User


def complete(
    crm: CRM,
    user: User,
    task: Task,
    result: Mapping[str, Any] | None = None,
    *,
    checklist: Collection[int] | None = None,
    amount: Decimal | None = None,
    version: int | None = None,
) -> Task:
    """Marks a task as done by `user` and returns it; that of a stage moves its deal, at the last stage it wins it.

    `result` has the values that the step asks for, by key, typed or as JSON (a `note` for a task made by hand);
    `checklist` the places, from 0, of what is ticked (default: as kept on the task); `amount` what a won deal brought
    (default: its potential). Raises NotAllowed for who may not, InvalidInput by field for a result that isn't
    complete, Conflict when somebody has done, cancelled or changed the task meanwhile.
    """
    if not may_complete(user, task):
        raise NotAllowed(_("This is somebody else's task. Ask for it, or for the right to change the deal."))
    if task.kind not in (STAGE, LOSS):
        note = str((result or {}).get("note") or "")
        return tasks.complete(crm, task, note=note, checklist=checklist, version=version)
    return finish(crm, task, result or {}, done_by=user, checklist=checklist, amount=amount, version=version)


def finish(
    crm: CRM,
    task: Task,
    result: Mapping[str, Any],
    *,
    done_by: User | None,
    checklist: Collection[int] | None = None,
    amount: Decimal | None = None,
    version: int | None = None,
) -> Task:
    """Ends the task of a stage, or of a loss, leads its deal on, and returns it; raises as `complete`, asks no right.

    Without `done_by` the process does it by itself, on evidence.
    """
    with crm.work():
        deal = rows.take_now(crm, task.deal_id)
        row = standing(task, version)
        row.deal = deal  # at hand: what follows need not read it again
        row.step, following = _steps(row, deal)
        row._dirty.clear()
        values, kept = checked_result(row, {**row.result, **result})
        done = {"done_at": crm.clock.now(), "done_by_id": done_by.id if done_by else None}
        alter(crm, row, DONE, state=DONE, **done, result=kept, checklist=tasks.ticked(row, checklist))
        task.take_over(row)
        if row.kind == LOSS:
            make_next_try(crm, row, values)
        else:
            _go_on(crm, deal, following, amount)
    return task


def may_complete(user: User, task: Task) -> bool:
    """Tells whether `user` may do a task: of the user, the user's role or order, or of what the user may change."""
    if not user.is_active:
        return False
    if user.id in (task.user_id, task.author_id) or _is_for_role(user, task):
        return True
    if task.deal_id is None and task.client_id is not None:
        return user.can("clients.write") and _sees_client(user, task.client_id)
    return task.deal_id is not None and _may_write(user, task.deal_id)


def send_back(
    crm: CRM, user: User, deal: Deal, stage: Stage | int | str, note: str, *, version: int | None = None
) -> Deal:
    """Returns the deal, led back to an earlier stage; whoever gets its task there reads the note.

    Raises InvalidInput without a note and for a stage that isn't earlier, NotAllowed for who may do nothing with it.
    """
    task = stage_task_of(deal)
    if not (_may_write(user, deal.id) or (task is not None and may_complete(user, task))):
        raise NotAllowed(_("You don't have the right to change this deal."))
    if not (note := note.strip()):
        sentence = _("Write why the deal goes back: whoever gets it reads this.")
        raise InvalidInput(sentence, fields={"note": [sentence]})
    with crm.work():
        step = step_of(deal, stage)
        if deal.place is None or step.place >= deal.place:
            sentence = _("“%(stage)s” is no earlier stage of this deal.", stage=step.stage.name)
            raise InvalidInput(sentence, fields={"stage": [sentence]})
        return move(crm, deal, step.stage, version=version, note=note)


def take(crm: CRM, user: User, task: Task) -> Task:
    """Returns a task of a role as that of `user`, who holds the role; raises Conflict when somebody has it already."""
    if not _is_for_role(user, task):
        raise NotAllowed(_("Only those who have the role may take this task."))
    with crm.work():
        if task.deal_id is not None:
            rows.take_now(crm, task.deal_id)
        row = Task.get_by_id(task.id)
        if row.user_id is not None or row.state not in STANDING:
            raise Conflict(_taken(row))
        alter(crm, row, "taken", user=user.id)
    return task.take_over(row)


def standing(task: Task, version: int | None = None) -> Task:
    """Returns the task's row as it is now; raises Conflict when it is done, cancelled or another than was seen."""
    row = read_row(Task, task.id)
    if row.state not in STANDING:
        raise Conflict(_taken(row))
    if row.version != (task.version if version is None else version):
        raise Conflict(_("Somebody has changed this task meanwhile. Look at it again."))
    return row


def _taken(row: Task) -> str:
    if row.state == CANCELLED:
        return _("This task was cancelled: the deal has left its stage. Look at the deal again.")
    doer = User.get_or_none(User.id == (row.user_id if row.state in STANDING else row.done_by_id))
    name = doer.name if doer else _("Somebody")
    if row.state in STANDING:
        return _("%(name)s has taken this task already.", name=name)
    return _("%(name)s has done this task already.", name=name)


def _steps(row: Task, deal: Deal) -> tuple[TypeStage | None, TypeStage | None]:
    """Returns the step of a task and the following one; None where there is none."""
    if row.kind == LOSS:
        return None, None
    present, *following = steps_at(deal.version_id, deal.place, deal.place + 1)
    return present, following[0] if following else None


def _go_on(crm: CRM, deal: Deal, following: TypeStage | None, amount: Decimal | None) -> None:
    if following is None:
        win(crm, deal, amount=amount, is_task_done=True)
    elif amount is not None:
        sentence = _("The amount is asked when the last stage is done.")
        raise InvalidInput(sentence, fields={"amount": [sentence]})
    else:
        lead(crm, deal, deal, following, is_task_done=True)


def _is_for_role(user: User, task: Task) -> bool:
    return user.is_active and task.role_id is not None and task.user_id is None and task.role_id == user.role_id


def _sees_client(user: User, client_id: int) -> bool:
    seen = (Client.id == client_id) & Client.deleted_at.is_null() & visible_to(user, Client.owner)
    return Client.select().where(seen).exists()


def _may_write(user: User, deal_id: int) -> bool:
    if not user.can("deals.write"):
        return False
    return Deal.select().where(Deal.id == deal_id, Deal.deleted_at.is_null(), visible_to(user, Deal.owner)).exists()
