"""What became of a plan: what was really done each week, by whom, for deals opened since the plan began."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from peewee import SQL, fn

from core.api import Deal, Interaction, StageVisit
from plugins.reports.facts import Scope
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.models import Plan
from plugins.reports.people.talks import within
from plugins.reports.plan.facts import HOUR
from plugins.reports.plan.learning import CONTRACTS, INTERESTED, KINDS, STAGE
from plugins.reports.settings.periods import Period

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A step of the plan (its stage, if it is one), a manager and the Monday of a week.
Key = tuple[str, int | None, int | None, date]


@dataclass(frozen=True)
class Born:
    """A deal opened since the plan began; moments as the database keeps them."""

    id: int
    version_id: int
    owner_id: int | None
    state: str
    opened_at: int
    closed_at: int | None


def count_facts(scope: Scope, plan: Plan, ladders: Mapping[int, Ladder]) -> Counter[Key]:
    """Returns how many of each step there were, by manager and week, within the days of the plan."""
    found: Counter[Key] = Counter(key for _deal_id, key in deal_steps(scope, plan, ladders))
    calendar = Calendar(scope, plan)
    for kind, user_id, hour, count in _talks(scope, plan):
        week = calendar.week(hour * HOUR)
        if week is not None:
            found[KINDS[kind], None, user_id, week] += count
    return found


def deal_steps(scope: Scope, plan: Plan, ladders: Mapping[int, Ladder]) -> Iterable[tuple[int, Key]]:
    """Returns every step that a deal opened since then took within the days of the plan, with the deal's id."""
    calendar, came = Calendar(scope, plan), _came(scope, plan)
    for deal in _born(scope, plan):
        steps = [(INTERESTED, None, deal.opened_at)]
        steps += [(CONTRACTS, None, deal.closed_at)] if deal.state == "won" else []
        steps += [(STAGE, *one) for one in reached(deal, ladders[deal.version_id], came.get(deal.id, {}))]
        for step, stage_id, moment in steps:
            week = calendar.week(moment)
            if week is not None:
                yield deal.id, (step, stage_id, deal.owner_id, week)


def won_in_all(scope: Scope, plan: Plan) -> tuple[int, int]:
    """Returns how many deals were won within the days of the plan, old ones included, and what they brought."""
    query = Deal.select(fn.COUNT(SQL("*")), fn.COALESCE(fn.SUM(Deal.amount_base), 0)).where(
        *_of(scope), Deal.state == "won", *within(scope.crm, Deal.closed_at, _days(plan))
    )
    count, amount = scope.rows(query)[0]
    return count, int(amount)


def reached(deal: Born, ladder: Ladder, came: Mapping[int, int]) -> Iterable[tuple[int, int]]:
    """Returns the stages that the deal reached, the first one aside, with the moment: a later stage reaches it too."""
    moment = deal.closed_at if deal.state == "won" else None
    for step in reversed(ladder.steps[1:]):
        own = came.get(step.stage_id)
        if own is not None:
            moment = own if moment is None else min(moment, own)
        if moment is not None:
            yield step.stage_id, moment


class Calendar:
    """Tells the weeks of a plan; what lies outside of its days has none."""

    def __init__(self, scope: Scope, plan: Plan) -> None:
        self._zone = scope.crm.config.zone
        self._first, self._last = plan.begin_on, plan.due_on

    def week(self, moment: int) -> date | None:
        """Returns the Monday of the week of a moment, or None."""
        day = (EPOCH + timedelta(microseconds=moment)).astimezone(self._zone).date()
        return day - timedelta(days=day.weekday()) if self._first <= day <= self._last else None


def _born(scope: Scope, plan: Plan) -> list[Born]:
    query = Deal.select(Deal.id, Deal.version_id, Deal.owner_id, Deal.state, Deal.opened_at, Deal.closed_at)
    return [Born(*row) for row in scope.rows(query.where(*_since(scope, plan)))]


def _came(scope: Scope, plan: Plan) -> dict[int, dict[int, int]]:
    query = StageVisit.select(StageVisit.deal_id, StageVisit.stage_id, fn.MIN(StageVisit.entered_at)).join(Deal)
    query = query.where(*_since(scope, plan)).group_by(StageVisit.deal_id, StageVisit.stage_id)
    found: dict[int, dict[int, int]] = {}
    for deal_id, stage_id, moment in scope.rows(query):
        found.setdefault(deal_id, {})[stage_id] = moment
    return found


def _talks(scope: Scope, plan: Plan) -> list[tuple]:
    hour = (Interaction.at / SQL(str(HOUR))).alias("hour")
    query = Interaction.select(Interaction.kind, Interaction.user_id, hour, fn.COUNT(SQL("*"))).join(Deal)
    query = query.where(*_since(scope, plan), ~Interaction.is_planned, Interaction.kind << list(KINDS))
    rows = scope.rows(query.group_by(Interaction.kind, Interaction.user_id, SQL("hour")))
    return [(kind, user_id, int(hour), count) for kind, user_id, hour, count in rows]


def _since(scope: Scope, plan: Plan) -> list[Any]:
    return [*_of(scope), *within(scope.crm, Deal.opened_at, _days(plan))]


def _of(scope: Scope) -> list[Any]:
    return [Deal.deleted_at.is_null(), Deal.deal_type << scope.type_ids, *scope.where(Deal)]


def _days(plan: Plan) -> Period:
    return Period(plan.begin_on, plan.due_on + timedelta(days=1))
