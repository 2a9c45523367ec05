"""Keeps tasks in step with deals: the core's own answer to `deal_turned` (docs/decisions/0004)."""

from core.hooks.contributions import DealTurn
from core.process.losses import make_loss_task
from core.process.stage_tasks import (
    cancel_tasks,
    hand_over_tasks,
    hold_stage_task,
    is_led,
    make_stage_task,
    resume_stage_task,
)
from core.runtime import CRM
from core.tasks.words import LOSS


def follow(crm: CRM, turn: DealTurn) -> None:
    """Makes, holds, hands over and ends the tasks of a deal that turned; inside the transaction of the turn."""
    ANSWERS[turn.action](crm, turn)


def _arrive(crm: CRM, turn: DealTurn) -> None:
    if turn.action != "opened" and not turn.is_task_done:
        cancel_tasks(crm, turn.deal)
    if turn.action == "re-opened":
        cancel_tasks(crm, turn.deal, LOSS)
    if is_led(turn.deal):
        make_stage_task(crm, turn)


def _end(crm: CRM, turn: DealTurn) -> None:
    cancel_tasks(crm, turn.deal)
    if turn.action == "lost":
        make_loss_task(crm, turn.deal)


ANSWERS = {
    "opened": _arrive,
    "moved": _arrive,
    "re-opened": _arrive,
    "restored": _arrive,
    "held": lambda crm, turn: hold_stage_task(crm, turn.deal),
    "resumed": lambda crm, turn: resume_stage_task(crm, turn.deal, turn.at),
    "handed over": lambda crm, turn: hand_over_tasks(crm, turn.deal, turn.owner_before),
    "won": _end,
    "lost": _end,
    "deleted": _end,
}
