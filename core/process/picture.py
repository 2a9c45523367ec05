"""The route map of one deal as it is shown: the route with the names of people and of reasons of loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.deals.models import Deal
from core.deals.reading import closings_of, visits_of
from core.process.route import Route, route
from core.process.usual import usual_stays_of
from core.runtime import CRM
from core.stages.models import TypeStage
from core.users.models import User
from core.worktime import working_seconds
from core.worktime_settings import calendar_of


@dataclass(frozen=True)
class Picture:
    """A deal's route, whom and what it names by their ids, and how late the deal is, in working time."""

    route: Route
    people: Mapping[int, User]
    reasons: Mapping[int, str]
    late: timedelta | None


def picture_of(crm: CRM, deal: Deal, steps: Sequence[TypeStage]) -> Picture | None:
    """Returns the picture of a deal that the caller has found visible, by three queries; None without stages."""
    if not steps:
        return None
    visits, closings = visits_of(deal), closings_of(deal)
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
        usual={
            stage_id: one.median_s
            for stage_id, one in usual_stays_of(deal.deal_type_id).items()
            if one.median_s is not None
        },
    )
    return Picture(
        drawn,
        {one.user.id: one.user for one in (*visits, *closings) if one.user_id is not None},
        {one.loss_reason_id: one.reason.name for one in closings if one.loss_reason_id is not None},
        lateness(crm, drawn.late_at, now) if drawn.is_late else None,
    )


def lateness(crm: CRM, late_at: datetime, now: datetime) -> timedelta:
    """Returns how late something is in working time, where a day is as long as people work."""
    calendar = calendar_of(crm)
    worked = timedelta(seconds=working_seconds(calendar, late_at, now))
    day = timedelta(minutes=calendar.to_minute - calendar.from_minute)
    return worked // day * timedelta(days=1) + worked % day
