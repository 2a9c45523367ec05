"""Moves running deals to the published version of their type, chunk by chunk, with their history and their tasks.

The places that a deal's visits, periods and closings name become those of the new version, so that row and history
agree (`core.deals.recount`). A deal whose stage is gone really moves, which its history and the plugins are told.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from peewee import Case, Expression

from core.deals import history, rows
from core.deals.limits import limit_of
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.deals.ways import keep_ways
from core.errors import Conflict, CRMError
from core.i18n import _
from core.mass import note_many
from core.process.ensuring import ensure_stage_tasks
from core.process.stage_tasks import STANDING
from core.process.versions import Bridge, Choices, bridges_to
from core.runtime import CRM
from core.stages.models import DealType, TypeStage
from core.stages.types import get_type
from core.store import audit
from core.store.bulk import execute_many, plain
from core.store.database import is_postgres
from core.tasks.models import Task
from core.tasks.words import STAGE

CHUNK = 200


@dataclass(frozen=True)
class Moved:
    """How many deals moved, how many of them to another stage, and the first sentence about one that could not."""

    deals: int = 0
    to_other_stage: int = 0
    refused: int = 0
    refusal: str = ""


def move_to_version(
    crm: CRM,
    deal_type: DealType,
    choices: Choices | None = None,
    *,
    deal_ids: Sequence[int] | None = None,
    version_id: int | None = None,
    tell: Callable[[int], Any] = lambda _per_cent: None,
) -> Moved:
    """Moves all running deals of older versions, or some, to the published version; tells what was done.

    `choices` says where deals go whose stage is gone; `version_id` is the published version that the user saw; `tell`
    hears how far it is, in per cent. A deal that was closed or moved to the version meanwhile is left alone. Raises
    Conflict when a newer version was published since, InvalidInput for a choice that is no stage of the new version.
    """
    bridges, done = bridges_to(deal_type, choices or {}), Moved()
    _check_seen(deal_type, version_id)
    waiting = _waiting(list(bridges), deal_ids)
    for start in range(0, len(waiting), CHUNK):
        with crm.work():
            # Whoever publishes waits, or has been here before: all of a chunk goes to one version.
            _check_seen(_locked(crm, deal_type), deal_type.published_version_id)
            done = _move_chunk(crm, deal_type, bridges, waiting[start : start + CHUNK], done)
        tell(100 * min(start + CHUNK, len(waiting)) // len(waiting))
    return done


def _check_seen(deal_type: DealType, version_id: int | None) -> None:
    if version_id not in (None, deal_type.published_version_id):
        raise Conflict(_("Somebody published a newer version meanwhile. Look at the preview again."))


def _locked(crm: CRM, deal_type: DealType) -> DealType:
    query = DealType.select().where(DealType.id == deal_type.id)
    return (query.for_update() if is_postgres(crm.database) else query).first() or get_type(deal_type.id)


def _waiting(version_ids: Sequence[int], deal_ids: Sequence[int] | None) -> list[int]:
    query = Deal.select(Deal.id).where(_is_running(version_ids))
    query = query if deal_ids is None else query.where(Deal.id.in_(list(deal_ids)))
    return [deal_id for (deal_id,) in query.order_by(Deal.id).tuples()] if version_ids else []


def _is_running(version_ids: Sequence[int]) -> Expression:
    is_here = Deal.type_version.in_(version_ids) & Deal.place.is_null(False)
    return (Deal.state == "open") & Deal.deleted_at.is_null() & is_here


def _move_chunk(crm: CRM, deal_type: DealType, bridges: dict[int, Bridge], ids: Sequence[int], done: Moved) -> Moved:
    query = Deal.select().where(Deal.id.in_(ids), _is_running(list(bridges))).order_by(Deal.id)
    stay, leave = defaultdict(list), []
    for deal in query.for_update() if is_postgres(crm.database) else query:
        if bridges[deal.version_id].is_left(deal.place):
            stay[deal.version_id].append(deal)
        else:
            leave.append(deal)
    for version_id, deals in stay.items():
        _renumber(crm, deal_type, bridges[version_id], deals)
        note_many(crm, "deal", "moved to version", {deal.id: _told(deal_type, version_id) for deal in deals})
        _keep_tasks(bridges[version_id], deals)
        ensure_stage_tasks(crm, [deal.id for deal in deals])
        done = replace(done, deals=done.deals + len(deals))
    for deal in leave:
        refusal = _move_on(crm, deal_type, bridges[deal.version_id], deal)
        done = _counted(done, refusal)
    return done


def _counted(done: Moved, refusal: str) -> Moved:
    if refusal:
        return replace(done, refused=done.refused + 1, refusal=done.refusal or refusal)
    return replace(done, deals=done.deals + 1, to_other_stage=done.to_other_stage + 1)


def _told(deal_type: DealType, version_id: int) -> dict[str, list[int]]:
    return {"version_id": [version_id, deal_type.published_version_id]}


def _renumber(crm: CRM, deal_type: DealType, bridge: Bridge, deals: Sequence[Deal]) -> None:
    """Gives the rows of deals of one version, and all of their history, the places of the new version.

    What stood until now keeps the old version beside them: the chances of a past day were those of that version.
    """
    ids = [deal.id for deal in deals]
    is_older = DealPeriod.deal.in_(ids) & DealPeriod.version_id.is_null()
    DealPeriod.update(version_id=deals[0].version_id).where(is_older).execute()
    for model in (StageVisit, DealPeriod, Closing):
        places = Case(model.place, [(place, step.place) for place, step in enumerate(bridge.steps)], model.place)
        model.update(place=places).where(model.deal.in_(ids), model.place.is_null(False)).execute()
    keep_ways(crm.database, ids)
    statement = (
        "UPDATE core_deal SET version_id = ?, place = ?, furthest = ?, stood_at = ?, late_at = ?, changed_at = ?,"
        " version = version + 1 WHERE id = ? AND version = ?"
    )
    now = plain(crm.clock.now())
    values = []
    for deal in deals:
        step, stood_at = bridge.steps[deal.place], bridge.bits(deal.stood_at)
        late_at = plain(_late_at(crm, bridge.old[deal.place], step, deal))
        place = (deal_type.published_version_id, step.place, stood_at.bit_length() - 1, stood_at)
        values.append((*place, late_at, now, deal.id, deal.version))
    execute_many(crm.database, statement, values)
    history.turn_periods(crm, list(Deal.select().where(Deal.id.in_(ids))), crm.clock.now())


def _late_at(crm: CRM, old: TypeStage, new: TypeStage, deal: Deal) -> datetime | None:
    """Returns when the deal is late by the new step's limit; one that didn't change keeps what holds have put off."""
    if (old.limit_days, old.limit_hours) == (new.limit_days, new.limit_hours):
        return deal.late_at
    return limit_of(crm, new, deal.entered_at)


def _keep_tasks(bridge: Bridge, deals: Sequence[Deal]) -> None:
    """Lets standing tasks that ask for the same in the new version belong to its steps; the others are replaced."""
    ids = [deal.id for deal in deals]
    for place in sorted({deal.place for deal in deals}):
        if bridge.keeps_task(place):
            Task.update(step=bridge.steps[place].id).where(
                Task.deal.in_(ids), Task.kind == STAGE, Task.state.in_(STANDING), Task.step == bridge.old[place].id
            ).execute()


def _move_on(crm: CRM, deal_type: DealType, bridge: Bridge, deal: Deal) -> str:
    """Moves a deal whose stage is gone to the one that takes its place; returns why not, or an empty text."""
    step = bridge.steps[deal.place]
    try:
        with crm.work():
            _renumber(crm, deal_type, bridge, [deal])
            row = rows.take_now(crm, deal.id)
            at = rows.moment(crm, row, None, history.last_change_at(row))
            before, place = row.stage_id, row.place
            history.leave(crm, row, at, history.PASSED if _is_onward(bridge, deal.place) else history.RETURNED, step)
            history.enter(crm, row, step, at)
            history.turn_period(row, at)
            told = {**_told(deal_type, deal.version_id), "stage": [before, row.stage_id]}
            audit.record(crm, "deal", row.id, "moved to version", told)
            rows.turn(crm, row, row, "moved", at, place)
    except CRMError as error:
        return str(error)
    return ""


def _is_onward(bridge: Bridge, place: int) -> bool:
    """Tells whether the stage that takes the place of one that is gone came after it."""
    target = bridge.steps[place].stage_id
    return target not in {step.stage_id for step in bridge.old[:place]}
