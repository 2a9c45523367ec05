"""Who is credited with what happened at a stage: the owner at closing, or who was responsible there when the deal left.

A stage that a deal never stood at had nobody responsible: it is credited to the owner at closing.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from peewee import Expression, fn

from core.api import CRM, Deal, StageVisit, TypeStage, User
from plugins.reports.dimensions import Dimension, find_dimension
from plugins.reports.facts import Scope, grouped
from plugins.reports.funnel.closed import ClosedRow, count_closed
from plugins.reports.funnel.closed_facts import deal_sums, in_period
from plugins.reports.funnel.common import bounded_period, make_scope
from plugins.reports.funnel.counts import FURTHEST, VISITED, Group
from plugins.reports.funnel.ladders import Frame
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind
from plugins.reports.history.past import of_key, type_ids
from plugins.reports.settings.parameters import RESPONSIBLE, Settings
from plugins.reports.settings.periods import Period
from plugins.reports.words import COUNTINGS, CREDITS

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
    scope: Scope,
    period: Period,
    dimension: Dimension,
    counting: str,
    frames: Sequence[Frame],
    groups: Sequence[Group],
) -> list[ClosedRow]:
    """Returns the rows of the closed funnel, each credited to who was responsible at its stage.

    `groups` are the closed deals as they are credited to their owners.
    """
    moved = _moved(scope, period, dimension, counting)
    by_stage = {stage: [*groups, *moved.get(stage, ())] for frame in frames for stage, _name in frame.stages}
    keys = {group.key for found in by_stage.values() for group in found}
    rows = []
    for stage_id, found in by_stage.items():
        own = [frame for frame in frames if stage_id in dict(frame.stages)]
        versions = {ladder.version_id for frame in own for ladder in frame.ladders}
        filled = [group for group in found if group.version_id in versions] + _nothing(own, keys)
        rows += [row for row in count_closed(own, filled, counting=counting).rows if row.stage_id == stage_id]
    order = [(frame, stage_id) for frame in frames for stage_id, _name in frame.stages]
    places = {cell: place for place, cell in enumerate(order)}
    credited = {row.key for row in rows if row.reached}
    shown = [row for row in rows if row.key in credited or not credited]
    return sorted(shown, key=lambda row: places[row.frame, row.stage_id])


def _moved(scope: Scope, period: Period, dimension: Dimension, counting: str) -> dict[int, list[Group]]:
    """Returns, for each stage, the deals that it takes from their owner (below nothing) and credits to another.

    Only these are read one by one; all others are counted as the owner's along an index.
    """
    later = StageVisit.alias()
    is_later = (later.entered_at > StageVisit.entered_at) | (
        (later.entered_at == StageVisit.entered_at) & (later.id > StageVisit.id)
    )
    again = later.select(later.id).where(later.deal == Deal.id, later.stage == StageVisit.stage, is_later)
    owner, responsible = (fn.COALESCE(column, 0) for column in (Deal.owner_id, StageVisit.responsible_id))
    query = Deal.select(Deal.id).join(StageVisit, on=(StageVisit.deal == Deal.id))
    query = query.where(*in_period(scope, period), owner != responsible, ~fn.EXISTS(again))
    place = Deal.furthest if counting == FURTHEST else Deal.place
    columns = [StageVisit.stage_id, Deal.owner_id, StageVisit.responsible_id]
    columns += [Deal.version_id, place, Deal.state, Deal.stood_at]
    found: dict[int, list[Group]] = {}
    for stage_id, before, after, *ended, deals, priced, potential, amount in scope.rows(
        grouped(query, columns, deal_sums(), None, Deal)
    ):
        sums = (deals, priced, potential or 0, amount or 0)
        groups = found.setdefault(stage_id, [])
        groups.append(Group(*ended, dimension.key(before), *(-one for one in sums)))
        groups.append(Group(*ended, dimension.key(after), *sums))
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
    query, credited = _closed_at_stages(scope, settings.period)
    query = query.where(_outcomes(settings.counting)[cell["what"]])
    query = query.where(TypeStage.stage == int(cell["stage"]), Deal.deal_type << type_ids(cell)).select(Deal.id)
    if "key" not in cell:
        return source.id << query
    name = cell["by"]
    dimension = find_dimension(crm, user, name, bounded_period(crm, scope, name, settings.period))
    query, key = dimension.apply(query, credited if is_by_stage(settings, dimension) else Deal)
    return source.id << of_key(scope, dimension, query, key, cell["key"])


def _outcomes(counting: str) -> dict[str, Expression]:
    """Returns what tells that a closed deal reached a stage of its version, passed it, skipped it or was lost at it."""
    end = fn.COALESCE(Deal.furthest if counting == FURTHEST else Deal.place, 0)
    is_lost = (Deal.state == "lost") & (end == TypeStage.place)
    visit = StageVisit.select(StageVisit.id).where(StageVisit.deal == Deal.id, StageVisit.stage == TypeStage.stage)
    stood = fn.EXISTS(visit)
    passed = stood & ~is_lost if counting == VISITED else (Deal.state == "won") | (end > TypeStage.place)
    return {"reached": passed | is_lost, "passed": passed, "lost": is_lost, "skipped": passed & ~stood}


def _words(cell: Mapping[str, str]) -> str:
    return str((COUNTINGS | CREDITS)[cell.get("as", RESPONSIBLE)])


BEHIND = Behind(_find, _words)
