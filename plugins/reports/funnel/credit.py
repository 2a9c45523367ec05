"""Who is credited with what happened at a stage: the owner at closing, or who was responsible there when the deal left.

A stage that a deal never stood at had nobody responsible: it is credited to the owner at closing.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from peewee import Expression, fn

from core.api import CRM, Deal, StageVisit, TypeStage, User
from plugins.reports.dimensions import Dimension, find_dimension
from plugins.reports.facts import Scope, grouped, keyed
from plugins.reports.funnel.closed import FURTHEST, ClosedRow, Group, count_closed
from plugins.reports.funnel.closed_facts import closed_groups, deal_sums, in_period
from plugins.reports.funnel.common import bounded_period, make_scope
from plugins.reports.funnel.ladders import Frame
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind
from plugins.reports.history.past import of_key
from plugins.reports.parameters import RESPONSIBLE, Settings
from plugins.reports.periods import Period
from plugins.reports.words import CREDITS

OF_PEOPLE = ("owner", "manager", "team", "owner.team")


class AsCredited:
    """A closed deal at one stage: who was responsible there is its owner, all else as it is."""

    def __init__(self) -> None:
        # For each deal a few steps along the index of its visits; nobody (0) was responsible, or there was no visit.
        nobody = fn.COALESCE(StageVisit.responsible_id, 0)
        last = StageVisit.select(nobody).where(StageVisit.deal == Deal.id, StageVisit.stage == TypeStage.stage)
        last = last.order_by(StageVisit.entered_at.desc(), StageVisit.id.desc()).limit(1)
        self.owner = self.owner_id = fn.NULLIF(fn.COALESCE(last, Deal.owner_id, coerce=False), 0, coerce=False)

    def __getattr__(self, name: str) -> Any:
        return getattr(Deal, name)


def is_by_stage(settings: Settings, dimension: Dimension | None) -> bool:
    """Tells whether each stage has its own person to credit: only people can be."""
    return settings.credit == RESPONSIBLE and dimension is not None and dimension.name in OF_PEOPLE


def credited_rows(
    scope: Scope, period: Period, dimension: Dimension, counting: str, frames: Sequence[Frame]
) -> list[ClosedRow]:
    """Returns the rows of the closed funnel, each credited to who was responsible at its stage."""
    by_stage = _groups(scope, period, dimension, counting)
    staged = {ladder.version_id for frame in frames for ladder in frame.ladders if ladder.steps}
    rest = closed_groups(scope, period, dimension, counting)
    by_stage[None] = [group for group in rest if group.version_id not in staged]
    keys = {group.key for groups in by_stage.values() for group in groups}
    rows = []
    for stage_id, groups in by_stage.items():
        own = [frame for frame in frames if stage_id in dict(frame.stages)]
        versions = {ladder.version_id for frame in own for ladder in frame.ladders}
        filled = [group for group in groups if group.version_id in versions] + _nothing(own, keys)
        rows += [row for row in count_closed(own, filled, counting=counting).rows if row.stage_id == stage_id]
    order = [(frame, stage_id) for frame in frames for stage_id, _name in frame.stages]
    places = {cell: place for place, cell in enumerate(order)}
    return sorted(rows, key=lambda row: places[row.frame, row.stage_id])


def _groups(scope: Scope, period: Period, dimension: Dimension, counting: str) -> dict[int | None, list[Group]]:
    place = Deal.furthest if counting == FURTHEST else Deal.place
    query, source = _closed_at_stages(scope, period)
    columns = [TypeStage.stage_id, Deal.version_id, place, Deal.state, Deal.stood_at]
    rows = keyed(scope.rows(grouped(query, columns, deal_sums(), dimension, source)), len(columns), dimension)
    found: dict[int | None, list[Group]] = {}
    for stage_id, *group in rows:
        found.setdefault(stage_id, []).append(Group._make(group))
    return found


def _closed_at_stages(scope: Scope, period: Period) -> tuple[Any, AsCredited]:
    """Returns the query of the closed deals, each at every stage of its version, and who is credited there."""
    query = Deal.select(Deal.id).join(TypeStage, on=(TypeStage.version == Deal.version_id))
    return query.where(*in_period(scope, period)), AsCredited()


def _nothing(frames: Sequence[Frame], keys: set[Hashable]) -> list[Group]:
    """Returns groups without deals, so that everybody has a row at every stage."""
    return [Group(frame.ladders[0].version_id, None, "won", 0, key, 0, 0, 0, 0) for frame in frames for key in keys]


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    name = cell["by"]
    dimension = find_dimension(crm, user, name, bounded_period(crm, scope, name, settings.period))
    query, credited = _closed_at_stages(scope, settings.period)
    came = (Deal.state == "won") | (fn.COALESCE(Deal.place, 0) > TypeStage.place)
    is_lost = (Deal.state == "lost") & (fn.COALESCE(Deal.place, 0) == TypeStage.place)
    outcome = {"reached": came | is_lost, "passed": came, "lost": is_lost}[cell["what"]]
    query = query.where(outcome, TypeStage.stage == int(cell["stage"]), Deal.deal_type == int(cell["type"]))
    query, key = dimension.apply(query, credited)
    return source.id << of_key(scope, dimension, query.select(Deal.id), key, cell["key"])


BEHIND = Behind(_find, lambda _cell: str(CREDITS[RESPONSIBLE]))
