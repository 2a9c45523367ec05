"""The limit of a deal's stage: the moment, in the company's working time, from which the deal is late there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.deals.models import Deal
from core.runtime import CRM
from core.stages.models import TypeStage
from core.store.bulk import execute_many
from core.store.fields import to_microseconds
from core.worktime import Calendar, add_working_time, put_off
from core.worktime_settings import calendar_of

BATCH = 5_000


def limit_of(crm: CRM, step: Any, since: datetime) -> datetime | None:
    """Returns when a deal that came to a stage at `since` has stood there too long, or None without a limit."""
    # The calendar is a setting: who has no limit need not read it.
    return due_at(calendar_of(crm), step, since) if step.limit_days or step.limit_hours else None


def due_at(calendar: Calendar, step: Any, since: datetime) -> datetime | None:
    """Returns by when a stage to which a deal came at `since` is to be done; None without a limit."""
    if not (step.limit_days or step.limit_hours):
        return None
    return add_working_time(calendar, since, days=step.limit_days, hours=step.limit_hours)


def put_limit_off(crm: CRM, row: Deal, since: datetime, at: datetime) -> None:
    """Lets the row's limit stand still for the time from `since` to `at`, in which the deal was aside or closed."""
    if row.late_at is not None:
        row.late_at = put_off(calendar_of(crm), row.late_at, since, at)


def ensure_limits(crm: CRM) -> int:
    """Gives every open deal whose stage has a limit its moment, where a writer in bulk left it out; returns how many.

    One work for each few thousand deals, so that others write in between.
    """
    limited = list(TypeStage.select().where(TypeStage.limit_days.is_null(False) | TypeStage.limit_hours.is_null(False)))
    return sum(_fill(crm, step, part) for step in limited for part in _parts(_without_limit(step)))


def _without_limit(step: TypeStage) -> list[tuple[int, datetime]]:
    query = Deal.select(Deal.id, Deal.entered_at).where(
        Deal.state == "open",
        Deal.type_version == step.version_id,
        Deal.place == step.place,
        Deal.late_at.is_null(),
        Deal.deleted_at.is_null(),
    )
    return list(query.tuples())


def _fill(crm: CRM, step: TypeStage, deals: Sequence[tuple[int, datetime]]) -> int:
    rows = [(to_microseconds(limit_of(crm, step, since)), deal_id, step.place) for deal_id, since in deals]
    with crm.work():
        statement = "UPDATE core_deal SET late_at = ? WHERE id = ? AND place = ? AND late_at IS NULL AND state = 'open'"
        execute_many(crm.database, statement, rows)
    return len(rows)


def _parts(deals: list) -> list[list]:
    return [deals[start : start + BATCH] for start in range(0, len(deals), BATCH)]
