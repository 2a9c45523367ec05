"""Brings the tasks of stages in step with deals that were written past the services: imports, samples, old bases."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from peewee import fn

from core.deals.limits import due_at
from core.deals.models import Deal, StageVisit
from core.process.responsible import Doer, Staff, doer_of
from core.process.stage_tasks import STANDING, unticked, written
from core.runtime import CRM
from core.stages.models import DealType, TypeStage
from core.stages.steps import PROCESS
from core.stages.types import ladders
from core.store.bulk import execute_many
from core.store.database import is_postgres
from core.store.fields import to_microseconds
from core.tasks.models import Task
from core.tasks.words import CANCELLED, HELD, OPEN, STAGE
from core.worktime_settings import calendar_of

CHUNK = 2_000
COLUMNS = (
    "kind title instructions client_id deal_id step_id visit_id user_id role_id checklist result due_at state"
    " created_at changed_at version is_controlled"
).split()


def ensure_stage_tasks(crm: CRM, deal_ids: Sequence[int] | None = None) -> int:
    """Gives open deals of a process the task of their stage where it is missing, and returns how many it made.

    Tasks that stand for a stage where their deal isn't any more are cancelled. `deal_ids` narrows it to some deals. It
    asks and writes in bulk, and writes no history: whoever brought the deals has written theirs.
    """
    made = 0
    for chosen in _chunks(deal_ids):
        with crm.work():
            _cancel_strays(crm, chosen)
            _follow_visits(chosen)
        made += _make_missing(crm, chosen)
    return made


def _chunks(deal_ids: Sequence[int] | None) -> Iterator[Sequence[int] | None]:
    if deal_ids is None:
        yield None
        return
    for start in range(0, len(deal_ids), CHUNK):
        yield deal_ids[start : start + CHUNK]


def _cancel_strays(crm: CRM, deal_ids: Sequence[int] | None) -> None:
    fits = (
        (Deal.state == "open")
        & Deal.deleted_at.is_null()
        & (DealType.mode == PROCESS)
        & (TypeStage.version == Deal.type_version)
        & (TypeStage.place == Deal.place)
    )
    query = Task.select(Task.id).join(Deal).join(DealType).switch(Task).join(TypeStage)
    strays = query.where(Task.kind == STAGE, Task.state.in_(STANDING), ~fits)
    if deal_ids is not None:
        strays = strays.where(Task.deal.in_(deal_ids))
    found = [task.id for task in strays]
    for start in range(0, len(found), CHUNK):
        Task.update(state=CANCELLED, changed_at=crm.clock.now(), version=Task.version + 1).where(
            Task.id.in_(found[start : start + CHUNK])
        ).execute()


def _follow_visits(deal_ids: Sequence[int] | None) -> None:
    """Lets standing tasks name the stay at their stage that goes on: a history written anew has new stays."""
    present = StageVisit.select(StageVisit.id).where(StageVisit.deal == Task.deal, StageVisit.left_at.is_null())
    is_present = StageVisit.select().where(StageVisit.id == Task.visit_id, StageVisit.left_at.is_null())
    query = Task.update(visit_id=present.limit(1)).where(
        Task.kind == STAGE, Task.state.in_(STANDING), ~fn.EXISTS(is_present)
    )
    (query if deal_ids is None else query.where(Task.deal.in_(deal_ids))).execute()


def _make_missing(crm: CRM, deal_ids: Sequence[int] | None) -> int:
    staff: Staff | None = None
    made = last = 0
    while True:
        with crm.work():
            deals = list(_without_task(crm, deal_ids, last))
            if not deals:
                return made
            staff = staff or Staff(everyone=True)
            _insert(crm, _rows(crm, deals, staff))
        made, last = made + len(deals), deals[-1].id


def _without_task(crm: CRM, deal_ids: Sequence[int] | None, after: int) -> Any:
    """Returns the query of the next deals, locked, that lack a task of their stage, each with its open visit's id."""
    has_task = Task.select().where(Task.deal == Deal.id, Task.kind == STAGE, Task.state.in_(STANDING))
    visit = StageVisit.select(StageVisit.id).where(StageVisit.deal == Deal.id, StageVisit.left_at.is_null()).limit(1)
    processes = DealType.select(DealType.id).where(DealType.mode == PROCESS)
    columns = (
        Deal.id, Deal.client, Deal.owner, Deal.type_version, Deal.place, Deal.entered_at, Deal.late_at,
        Deal.on_hold_until,
    )  # fmt: skip
    query = Deal.select(*columns, visit.alias("visit_id")).where(
        Deal.id > after, Deal.state == "open", Deal.deleted_at.is_null(), Deal.place.is_null(False)
    )
    query = query.where(Deal.deal_type.in_(processes), ~fn.EXISTS(has_task))
    if deal_ids is not None:
        query = query.where(Deal.id.in_(deal_ids))
    query = query.order_by(Deal.id).limit(CHUNK)
    return query.for_update() if is_postgres(crm.database) else query


def _rows(crm: CRM, deals: Sequence[Deal], staff: Staff) -> Iterator[tuple]:
    calendar, now = calendar_of(crm), to_microseconds(crm.clock.now())
    steps = ladders(sorted({deal.version_id for deal in deals}))
    doers: dict[tuple[int, int | None], Doer] = {}
    for deal in deals:
        step = steps[deal.version_id][deal.place]
        key = (step.id, deal.owner_id)
        if key not in doers:
            doers[key] = doer_of(staff, step, deal.owner_id)
        doer, due = doers[key], deal.late_at or due_at(calendar, step, deal.entered_at)
        yield (
            STAGE,
            step.task_title or step.stage.name,
            written(doer.note, step.instructions),
            deal.client_id,
            deal.id,
            step.id,
            deal.visit_id,
            doer.user_id,
            doer.role_id,
            json.dumps(unticked(step.checklist), ensure_ascii=False),
            "{}",
            None if due is None else to_microseconds(due),
            HELD if deal.is_on_hold else OPEN,
            now,
            now,
            1,
            False,
        )


def _insert(crm: CRM, rows: Iterator[tuple]) -> None:
    made = list(rows)  # asks the database, which can't be done in the midst of writing on PostgreSQL
    marks = ", ".join("?" * len(COLUMNS))
    # Somebody who comes first to one of the deals has made the very task.
    statement = f"INSERT INTO core_task ({', '.join(COLUMNS)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    execute_many(crm.database, statement, made)
