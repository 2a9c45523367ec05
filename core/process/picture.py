"""The route map of one deal as it is shown: the route with the names of people and of reasons of loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from core.deals.models import Deal
from core.process.route import Route, route
from core.runtime import CRM
from core.stages.models import TypeStage
from core.store.fields import from_microseconds
from core.worktime import working_seconds
from core.worktime_settings import calendar_of

# Visits and closings in one question: the card has many others.
_WAY = """
    SELECT 0, v.id, v.stage_id, v.entered_at, v.left_at, '', NULL, '', v.user_id, u.name, NULL
    FROM core_stage_visit v LEFT JOIN core_user u ON u.id = v.user_id WHERE v.deal_id = {0}
    UNION ALL
    SELECT 1, c.id, c.stage_id, c.closed_at, c.reopened_at, c.state, c.loss_reason_id, c.loss_note, c.user_id, u.name,
        r.name
    FROM core_closing c LEFT JOIN core_user u ON u.id = c.user_id
        LEFT JOIN core_loss_reason r ON r.id = c.loss_reason_id
    WHERE c.deal_id = {0}
    ORDER BY 4, 2
"""
_IS_CLOSING = 1


class Stay(NamedTuple):
    """A visit of a stage; `user_id` is who ended it."""

    stage_id: int
    entered_at: datetime
    left_at: datetime | None
    user_id: int | None


class Ending(NamedTuple):
    """A time when the deal was closed."""

    stage_id: int | None
    closed_at: datetime
    reopened_at: datetime | None
    state: str
    loss_reason_id: int | None
    loss_note: str
    user_id: int | None


@dataclass(frozen=True)
class Picture:
    """A deal's route, the names behind its ids of people and reasons, and how late the deal is, in working time."""

    route: Route
    people: Mapping[int, str]
    reasons: Mapping[int, str]
    late: timedelta | None


def picture_of(crm: CRM, deal: Deal, steps: Sequence[TypeStage], usual: Mapping[int, timedelta]) -> Picture | None:
    """Returns the picture of a deal that the caller has found visible; None without stages.

    `steps` and `usual` are those of `ladder_with_usual`. It asks once, and once more for the hours of work.
    """
    if not steps:
        return None
    visits, closings, people, reasons = _way_of(crm, deal)
    now = crm.clock.now()
    drawn = route(
        steps,
        visits,
        closings,
        state=deal.state,
        place=deal.place,
        now=now,
        late_at=deal.late_at,
        is_on_hold=deal.is_on_hold,
        usual=usual,
    )
    return Picture(drawn, people, reasons, lateness(crm, drawn.late_at, now) if drawn.is_late else None)


def lateness(crm: CRM, late_at: datetime, now: datetime) -> timedelta:
    """Returns how late something is in working time, where a day is as long as people work."""
    calendar = calendar_of(crm)
    worked = timedelta(seconds=working_seconds(calendar, late_at, now))
    day = timedelta(minutes=calendar.to_minute - calendar.from_minute)
    return worked // day * timedelta(days=1) + worked % day


def _way_of(crm: CRM, deal: Deal) -> tuple[list[Stay], list[Ending], dict[int, str], dict[int, str]]:
    """Returns visits and closings of a deal, oldest first, and the names of who ended them and of reasons of loss."""
    visits: list[Stay] = []
    closings: list[Ending] = []
    people: dict[int, str] = {}
    reasons: dict[int, str] = {}
    rows = crm.database.execute_sql(_WAY.replace("{0}", crm.database.param), (deal.id, deal.id))
    for kind, _id, stage_id, begin, end, state, reason_id, note, user_id, name, reason in rows:
        began, ended = from_microseconds(begin), None if end is None else from_microseconds(end)
        if kind == _IS_CLOSING:
            closings.append(Ending(stage_id, began, ended, state, reason_id, note, user_id))
        else:
            visits.append(Stay(stage_id, began, ended, user_id))
        people[user_id], reasons[reason_id] = name, reason
    return visits, closings, people, reasons
