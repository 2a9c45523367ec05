"""Writes a deal's history: visits of stages, and the periods in which an open deal stood unchanged.

Visits of a deal touch and don't overlap; an open deal whose type has stages has exactly one open visit. Periods fill
the time in which the deal was open; an open deal has exactly one open period.
"""

from collections.abc import Sequence
from datetime import datetime

from peewee import Expression

from core.deals.limits import limit_of
from core.deals.models import Deal, DealPeriod, StageVisit
from core.runtime import CRM
from core.stages.models import TypeStage
from core.store.bulk import insert_rows, plain
from core.store.plainly import add_row
from core.store.written import Written

PASSED, RETURNED = "passed", "returned"


def enter(crm: CRM, row: Deal, step: TypeStage, at: datetime) -> int:
    """Begins a visit of a stage, lets the row say so, with the moment until which it may last, and returns its id."""
    visit = StageVisit(
        deal=row.id,
        stage=step.stage_id,
        place=step.place,
        entered_at=at,
        responsible_id=row.owner_id,
        potential=row.potential,
        potential_base=row.potential_base,
        version_id=row.version_id,
        deal_state=row.state,
    )
    add_row(visit)
    row.stage_id, row.place, row.entered_at, row.late_at = step.stage_id, step.place, at, limit_of(crm, step, at)
    row.furthest = max(step.place, row.furthest or 0)
    row.stood_at |= 1 << step.place
    return visit.id


def leave(crm: CRM, row: Deal, at: datetime, outcome: str, onto: TypeStage | None = None) -> None:
    """Ends the open visit, if the type has stages, with what the deal was worth then and who was responsible.

    `onto` is the step to which the deal goes; none where it is closed.
    """
    worth = (row.owner_id, row.potential, row.potential_base)
    _LEAVE.change(at, outcome, *worth, crm.actor.user_id, onto and onto.place, row.furthest, row.id)


def continue_visit(row: Deal) -> None:
    """Lets the visit go on in which the deal was closed."""
    if row.place is None:
        return
    last = StageVisit.select(StageVisit.id).where(StageVisit.deal == row.id)
    last = last.order_by(StageVisit.entered_at.desc(), StageVisit.id.desc()).limit(1)
    StageVisit.update(left_at=None, outcome="", user_id=None, is_again=False).where(StageVisit.id == last).execute()


def begin_period(row: Deal, at: datetime) -> None:
    """Begins a period of an open deal as it stands now."""
    add_row(DealPeriod(deal=row.id, from_at=at, **_standing(row)))


def end_period(row: Deal, at: datetime) -> None:
    """Ends the open period; one that began at this very moment is taken away, since nothing stood in it."""
    if not _END.change(at, row.id):
        DealPeriod.delete().where(_is_open(row.id)).execute()


def turn_period(row: Deal, at: datetime) -> None:
    """Ends the open period and begins the next."""
    end_period(row, at)
    begin_period(row, at)


def turn_periods(crm: CRM, rows: Sequence[Deal], at: datetime) -> None:
    """Ends the open periods of many deals and begins the next, in three statements."""
    is_open = DealPeriod.deal.in_([row.id for row in rows]) & DealPeriod.to_at.is_null()
    DealPeriod.delete().where(is_open, DealPeriod.from_at == at).execute()
    DealPeriod.update(to_at=at).where(is_open).execute()
    standing = [{"deal_id": row.id, "from_at": at, **_standing(row)} for row in rows]
    values = [[plain(value) for value in one.values()] for one in standing]
    if standing:
        insert_rows(crm.database, "core_deal_period", list(standing[0]), values)


def last_change_at(row: Deal) -> datetime | None:
    """Returns when the open period of a deal began, or when a closed deal was closed."""
    if row.closed_at is not None:
        return row.closed_at
    return next((from_at for (from_at,) in _OPEN_SINCE.rows(row.id)), None)


def held_since(deal_id: int, resumed_at: datetime) -> datetime:
    """Returns when the hold began that ends now: the owner or the potential may have changed during it."""
    since = resumed_at
    ended = DealPeriod.select().where(DealPeriod.deal == deal_id, DealPeriod.to_at.is_null(False))
    for period in ended.order_by(DealPeriod.to_at.desc()):
        if not period.is_on_hold or period.to_at != since:
            break
        since = period.from_at
    return since


def _is_open(deal_id: int) -> Expression:
    return (DealPeriod.deal == deal_id) & DealPeriod.to_at.is_null()


def _standing(row: Deal) -> dict:
    return {
        "stage_id": row.stage_id,
        "place": row.place,
        "owner_id": row.owner_id,
        "potential_base": row.potential_base,
        "is_on_hold": row.on_hold_until is not None,
    }


_LEAVE = Written(
    lambda at, outcome, responsible_id, potential, potential_base, user_id, onto, furthest, deal_id: StageVisit.update(
        left_at=at,
        outcome=outcome,
        responsible_id=responsible_id,
        potential=potential,
        potential_base=potential_base,
        user_id=user_id,
        onto_place=onto,
        is_again=StageVisit.place < furthest,
    ).where(StageVisit.deal == deal_id, StageVisit.left_at.is_null())
)
_END = Written(lambda at, deal_id: DealPeriod.update(to_at=at).where(_is_open(deal_id), DealPeriod.from_at != at))
_OPEN_SINCE = Written(lambda deal_id: DealPeriod.select(DealPeriod.from_at).where(_is_open(deal_id)).tuples())
