"""How deals end: won, lost, and opened again. Money and owner are frozen in the closing, which is kept for good."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from core.deals import history, rows
from core.deals.demand import Answer, forget_answers
from core.deals.demand import close as close_demand
from core.deals.limits import limit_of
from core.deals.models import Closing, Deal
from core.deals.moves import check_skipped, step_of
from core.deals.rates import in_company_currency
from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.stages.models import LossReason
from core.stages.reasons import find_reason, get_reason
from core.stages.types import PROCESS, ladders
from core.store import audit

WON, LOST = "won", "lost"
Answers = Mapping[int, Answer] | None


def win(
    crm: CRM,
    deal: Deal,
    *,
    amount: Decimal | None = None,
    version: int | None = None,
    at: datetime | None = None,
    is_task_done: bool = False,
    demand: Answers = None,
) -> Deal:
    """Marks the deal as won and returns it; `amount` is what it brought, the potential unless told otherwise.

    A won deal counts as having passed every stage. `demand` tells by line of the deal's demand whether it was
    satisfied. Raises InvalidInput for a closed deal, for a moment before the deal was opened, for a line without an
    answer where demand is mandatory, and for a deal of a process unless it stands at its last stage and the task there
    is done (`is_task_done`, said by the process alone).
    """
    if amount is not None and amount < 0:
        raise InvalidInput(_("The amount can't be below zero."), fields={"amount": [_("Zero or more, please.")]})
    with crm.work():
        row = rows.take_open(crm, deal, version)
        _check_last_stage(row, is_task_done)
        row.amount = row.potential if amount is None else amount
        close_demand(crm, row, demand)
        return _close(crm, deal, row, WON, at)


def lose(
    crm: CRM,
    deal: Deal,
    reason: LossReason | int | str | None,
    note: str = "",
    *,
    version: int | None = None,
    at: datetime | None = None,
    demand: Answers = None,
) -> Deal:
    """Marks the deal as lost at the stage where it stands, and returns it; `demand` is as in `win`.

    Raises InvalidInput without a reason (a record, an id or a name), without the note that some reasons need, for a
    closed deal, and for a moment before the deal was opened.
    """
    reason, note = _checked_reason(reason), note.strip()
    if reason.needs_note and not note:
        sentence = _("The reason “%(reason)s” needs a note: write what happened.", reason=reason.name)
        raise InvalidInput(sentence, fields={"note": [sentence]})
    with crm.work():
        row = rows.take_open(crm, deal, version)
        row.loss_reason_id, row.loss_note = reason.id, note
        close_demand(crm, row, demand)
        return _close(crm, deal, row, LOST, at)


def reopen(crm: CRM, deal: Deal, note: str = "", *, version: int | None = None, at: datetime | None = None) -> Deal:
    """Opens a closed deal again where it stood, and returns it; its closing stays in the history.

    Raises InvalidInput for a deal that is open, or a moment before it was closed.
    """
    with crm.work():
        row = rows.take(crm, deal, version)
        if row.is_open:
            raise InvalidInput(_("This deal is open already."))
        at = rows.moment(crm, row, at, row.closed_at)
        Closing.update(reopened_at=at, reopen_note=note.strip()).where(
            Closing.deal == row.id, Closing.reopened_at.is_null()
        ).execute()
        before = row.state
        row.state, row.closed_at = "open", None
        row.amount = row.amount_base = row.loss_reason_id = None
        row.loss_note = ""
        forget_answers(row)
        _price(crm, row, at)
        history.continue_visit(row)
        row.late_at = limit_of(crm, step_of(row, row.stage_id), at) if row.stage_id else None
        history.begin_period(row, at)
        audit.record(crm, "deal", row.id, "re-opened", {"state": [before, "open"], "note": [None, note.strip()]})
        return rows.turn(crm, deal, row, "re-opened", at, row.place)


def _close(crm: CRM, deal: Deal, row: Deal, state: str, at: datetime | None) -> Deal:
    at = rows.moment(crm, row, at, history.last_change_at(row))
    row.state, row.closed_at, row.on_hold_until = state, at, None
    _price(crm, row, at)
    history.leave(crm, row, at, state)
    history.end_period(row, at)
    Closing.create(
        deal=row.id,
        state=state,
        closed_at=at,
        stage_id=row.stage_id,
        place=row.place,
        owner_id=row.owner_id,
        currency=row.currency,
        potential=row.potential,
        amount=row.amount,
        potential_base=row.potential_base,
        amount_base=row.amount_base,
        loss_reason_id=row.loss_reason_id,
        loss_note=row.loss_note,
        user_id=crm.actor.user_id,
    )
    audit.record(crm, "deal", row.id, state, {"state": ["open", state], "amount": [None, row.amount]})
    return rows.turn(crm, deal, row, state, at, row.place)


def _price(crm: CRM, row: Deal, at: datetime) -> None:
    """Puts the row's money into the company's currency by the rate of a day; an unknown rate leaves it unknown."""
    day = at.astimezone(crm.config.zone).date()
    row.potential_base = in_company_currency(crm, row.potential, row.currency, day)
    row.amount_base = in_company_currency(crm, row.amount, row.currency, day)


def _check_last_stage(row: Deal, is_task_done: bool) -> None:
    steps = ladders([row.version_id])[row.version_id]
    if row.deal_type.mode != PROCESS:
        check_skipped(row, steps[row.place + 1 :] if steps else ())
        return
    last = steps[-1]
    if row.place != last.place:
        raise InvalidInput(
            _("A deal of a process is won at its last stage, “%(stage)s”. Lead it there first.", stage=last.stage.name)
        )
    if not is_task_done:
        raise InvalidInput(_("A deal of a process is won when the task of its last stage is done. Do the task."))


def _checked_reason(reason: LossReason | int | str | None) -> LossReason:
    if isinstance(reason, int):
        reason = get_reason(reason)
    elif isinstance(reason, str) and reason.strip():
        name, reason = reason, find_reason(reason)
        if reason is None:
            sentence = _("There is no reason of loss “%(name)s”; choose one of the list.", name=name)
            raise InvalidInput(sentence, fields={"reason": [sentence]})
    if not isinstance(reason, LossReason) or not reason.is_active:
        sentence = _("Choose why the deal was lost.")
        raise InvalidInput(sentence, fields={"reason": [sentence]})
    return reason
