"""Moves of an open deal: to another stage, on hold and back, to another owner."""

from collections.abc import Sequence
from datetime import date, datetime

from core.deals import history, rows
from core.deals.limits import put_limit_off
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _
from core.runtime import CRM
from core.stages.models import Stage, TypeStage
from core.stages.types import PROCESS, ladders
from core.store import audit
from core.users.models import User


def move(
    crm: CRM,
    deal: Deal,
    stage: Stage | int | str,
    *,
    version: int | None = None,
    at: datetime | None = None,
    is_task_done: bool = False,
    note: str = "",
) -> Deal:
    """Moves the deal to a stage of its version, given as record, id or name, and returns it; `note` says why.

    A move ends a hold. A deal of a process goes back freely, but forward by one stage only, when the task of its stage
    is done (`is_task_done`, said by the process alone). Raises InvalidInput for a closed deal and for a stage that
    can't be reached, Conflict when `version` is not the deal's present one.
    """
    with crm.work():
        row = rows.take_open(crm, deal, version)
        step = step_of(row, stage)
        if step.place == row.place:
            return deal
        _check_way(row, step, is_task_done)
        return lead(crm, deal, row, step, at=at, note=note)


def lead(
    crm: CRM,
    deal: Deal,
    row: Deal,
    step: TypeStage,
    *,
    at: datetime | None = None,
    note: str = "",
    is_task_done: bool = False,
) -> Deal:
    """Moves a deal whose row is locked to a step that may be its next, and returns it; for `move` and the process.

    With `is_task_done` no task of its stage stands any more.
    """
    at = rows.moment(crm, row, at, history.last_change_at(row))
    before, place = row.stage_id, row.place
    history.leave(crm, row, at, history.PASSED if step.place > row.place else history.RETURNED, step)
    visit_id = history.enter(crm, row, step, at)
    row.on_hold_until = None
    history.turn_period(row, at)
    told = {"note": [None, note]} if note else {}
    audit.record(crm, "deal", row.id, "moved", {"stage": [before, row.stage_id], **told})
    details = {"note": note, "step": step, "visit_id": visit_id, "is_task_done": is_task_done}
    return rows.turn(crm, deal, row, "moved", at, place, **details)


def hold(crm: CRM, deal: Deal, until: date, *, version: int | None = None) -> Deal:
    """Puts an open deal aside until a day, and returns it; raises InvalidInput for a day that isn't to come."""
    if until <= crm.today():
        sentence = _("Hold the deal until a day that is still to come.")
        raise InvalidInput(sentence, fields={"until": [sentence]})
    return _set_hold(crm, deal, until, version, "held")


def resume(crm: CRM, deal: Deal, *, version: int | None = None) -> Deal:
    """Ends a hold and returns the deal; a deal that isn't on hold stays as it is."""
    return _set_hold(crm, deal, None, version, "resumed")


def resume_due(crm: CRM) -> int:
    """Ends the holds whose day has come, and returns how many."""
    due = Deal.select().where(Deal.state == "open", Deal.on_hold_until <= crm.today(), Deal.deleted_at.is_null())
    deals = list(due)
    for deal in deals:
        with crm.work():
            deal = Deal.get_by_id(deal.id)
            if deal.is_on_hold:
                resume(crm, deal)
    return len(deals)


def hand_over(crm: CRM, deal: Deal, owner: User, *, version: int | None = None) -> Deal:
    """Gives an open deal to another owner and returns it; a closed deal keeps the owner who closed it."""
    if not owner.is_active:
        raise InvalidInput(_("%(name)s does not work here any more; choose another owner.", name=owner.name))
    with crm.work():
        row = rows.take_open(crm, deal, version)
        if row.owner_id == owner.id:
            return deal
        before, row.owner_id = row.owner_id, owner.id
        at = rows.moment(crm, row, None)
        history.turn_period(row, at)
        audit.record(crm, "deal", row.id, "handed over", {"owner": [before, owner.id]})
        return rows.turn(crm, deal, row, "handed over", at, row.place, owner_before=before)


def step_of(row: Deal, stage: Stage | int | str) -> TypeStage:
    """Returns the place of a stage in the deal's version; raises InvalidInput naming the stages there are."""
    steps = ladders([row.version_id])[row.version_id]
    if not steps:
        raise InvalidInput(_("Deals of this type have no stages, so they can't be moved; they are only won or lost."))
    for step in steps:
        if _is_meant(step, stage):
            return step
    known = ", ".join(step.stage.name for step in steps)
    name = stage.name if isinstance(stage, Stage) else stage
    raise InvalidInput(
        _("“%(stage)s” is no stage of this deal's type; its stages are %(known)s.", stage=name, known=known),
        fields={"stage": [_("Choose one of %(known)s.", known=known)]},
    )


def check_skipped(row: Deal, steps: Sequence[TypeStage]) -> None:
    """Raises InvalidInput, naming the stage, when one of these may not be skipped and the deal never stood there."""
    for step in steps:
        if step.is_mandatory and not row.stood_at & 1 << step.place:
            raise InvalidInput(_("“%(stage)s” may not be skipped: lead the deal there first.", stage=step.stage.name))


def _is_meant(step: TypeStage, stage: Stage | int | str) -> bool:
    if isinstance(stage, str):
        return step.stage.name.casefold() == stage.strip().casefold()
    return step.stage_id == getattr(stage, "id", stage)


def _check_way(row: Deal, step: TypeStage, is_task_done: bool) -> None:
    if step.place < row.place:
        return
    between = (
        ladders([row.version_id])[row.version_id][row.place + 1 : step.place] if step.place > row.place + 1 else []
    )
    if row.deal_type.mode != PROCESS:
        check_skipped(row, between)
        return
    if between:
        raise InvalidInput(
            _("In a process no stage is skipped: the next one is “%(stage)s”.", stage=between[0].stage.name)
        )
    if not is_task_done:
        raise InvalidInput(_("A deal of a process goes on when the task of its stage is done. Do the task."))


def _set_hold(crm: CRM, deal: Deal, until: date | None, version: int | None, action: str) -> Deal:
    with crm.work():
        row = rows.take_open(crm, deal, version)
        if row.on_hold_until == until:
            return deal
        was_held, before = row.is_on_hold, row.on_hold_until
        row.on_hold_until = until
        at = rows.moment(crm, row, None)
        if was_held != row.is_on_hold:
            history.turn_period(row, at)
        if was_held and not row.is_on_hold:
            put_limit_off(crm, row, history.held_since(row.id, at), at)
        audit.record(crm, "deal", row.id, action, {"on_hold_until": [before, until]})
        return rows.turn(crm, deal, row, action, at, row.place)
