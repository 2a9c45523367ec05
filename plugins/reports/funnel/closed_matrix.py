"""The matrix of closed deals, with marks where somebody loses clearly more than the others."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from core.api import CRM, format_percent
from core.api import gettext as _
from plugins.reports.dimensions import Dimension, find_dimension, named
from plugins.reports.document import Mark
from plugins.reports.facts import Scope
from plugins.reports.funnel.closed import ClosedRow, count_closed, whole
from plugins.reports.funnel.closed_facts import EVERYWHERE, client_places
from plugins.reports.funnel.closed_sums import closed_deals, kept_parts
from plugins.reports.funnel.common import bounded_period
from plugins.reports.funnel.counts import VISITED
from plugins.reports.funnel.credit import credited_rows, is_by_stage
from plugins.reports.funnel.data import money, share
from plugins.reports.funnel.ladders import Frame
from plugins.reports.funnel.matrix import Matrix, Reader, make_matrix
from plugins.reports.funnel.significance import ENOUGH, Losses, Verdict, judge
from plugins.reports.history.clients_of import clients_link
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import OWNER, Settings

DEFAULT = ("deals", "conversion")
CELLS = {"deals": "reached", "lost": "lost", "potential": "reached", "expected_income": "reached", "clients": "reached"}


def closed_matrix(
    crm: CRM, scope: Scope, settings: Settings, frames: list[Frame], rows: Sequence[ClosedRow] | None, by: Any
) -> Matrix:
    """Returns the matrix; `rows` are those already counted by the dimension `by`, or None to ask for them here."""
    dimension = by
    if rows is None:
        period = bounded_period(crm, scope, settings.columns, settings.period)
        dimension = find_dimension(crm, scope.user, settings.columns, period)
        parts = kept_parts(scope, settings.period) if settings.credit == OWNER else None
        closed = closed_deals(scope, settings.period, dimension, settings.counting, parts)
        dimension = named(crm, dimension, closed.keys)
        rows = count_closed(frames, *closed, counting=settings.counting).rows
        if is_by_stage(settings, dimension):
            rows = credited_rows(scope, settings.period, dimension, settings.counting, frames, closed.groups)
            dimension = named(crm, replace(dimension, labels={}), (row.key for row in rows))
    company = whole(rows)
    indicators = settings.indicators or DEFAULT
    # Of a stage's own people the clients are not told: those of the owners would be others.
    is_told = "clients" in indicators and not is_by_stage(settings, dimension)
    clients = _clients(scope, settings, frames, dimension) if is_told else None
    verdicts = cache(lambda: _verdicts(rows, company))
    linker = Linker(crm, settings)
    reader = Reader(
        value=lambda indicator, row, has_key: _value(indicator, row, clients, (row.key,) if has_key else None),
        mark=lambda indicator, row: _mark(indicator, verdicts().get(((row.frame, row.stage_id), row.key))),
        link=lambda indicator, row, has_key: _link(linker, indicator, row, dimension if has_key else None),
    )
    note = _(
        "Marked: loses clearly more deals at this stage than the others do, and not by chance (Fisher's exact test,"
        " 5 %% for the whole table); fewer than %(n)s deals are not judged.",
        n=ENOUGH,
    )
    return make_matrix(settings, dimension, company, rows, indicators, reader, (note,))


def _value(indicator: str, row: ClosedRow, clients: dict | None, key: tuple | None) -> Any:
    if indicator == "deals":
        return row.reached
    if indicator == "lost":
        return row.lost
    if indicator == "conversion":
        return row.conversion
    if indicator == "clients":
        return None if clients is None else clients.get((row.frame, row.stage_id, key), 0)
    if indicator == "potential":
        return money(row.reached_potential)
    if indicator == "expected_income":
        return None if row.stage_id is None else money(row.expected_income)
    return share(row.probability)


def _link(linker: Linker, indicator: str, row: ClosedRow, dimension: Dimension | None) -> str:
    conditions = linker.closed(row, CELLS[indicator], dimension) if indicator in CELLS else None
    if indicator == "clients":
        return clients_link(conditions)
    return as_query(conditions) if conditions is not None else ""


def _verdicts(rows: Sequence[ClosedRow], company: Sequence[ClosedRow]) -> dict[Hashable, Verdict]:
    whole_cells = {(row.frame, row.stage_id): Losses(row.stood, row.lost) for row in company}
    cells = {((row.frame, row.stage_id), row.key): Losses(row.stood, row.lost) for row in rows if row.key is not None}
    return judge(cells, whole_cells)


def _mark(indicator: str, verdict: Verdict | None) -> Mark | None:
    if indicator not in ("conversion", "lost") or verdict is None or not verdict.n:
        return None
    if not verdict.is_judged:
        return Mark(_("n = %(n)s: too few deals to judge", n=verdict.n))
    shares = {"n": verdict.n, "own": format_percent(verdict.share), "others": format_percent(verdict.others)}
    if verdict.is_worse:
        return Mark(_("Loses %(own)s of %(n)s deals here; the others lose %(others)s.", **shares), is_worse=True)
    return Mark(_("n = %(n)s; loses %(own)s, the others %(others)s", **shares))


def _clients(scope: Scope, settings: Settings, frames: Sequence[Frame], dimension: Dimension) -> dict[tuple, int]:
    """Returns the distinct clients whose deals reached each stage, of each (key,) and, under None, of the company."""
    ladders = {ladder.version_id: (frame, ladder) for frame in frames for ladder in frame.ladders}
    seen: dict[tuple, set[int]] = {}
    found = client_places(scope, settings.period, dimension, settings.counting)
    for version_id, client_id, end, stood_at, key in found:
        frame, ladder = ladders[version_id]
        for place, stage_id in enumerate([step.stage_id for step in ladder.steps] or [None]):
            last = end if end == EVERYWHERE else ladder.within(end)
            is_there = place <= last or not ladder.steps
            if settings.counting == VISITED and ladder.steps:
                is_there = bool(stood_at >> place & 1) or place == last
            if is_there:
                seen.setdefault((frame, stage_id, (key,)), set()).add(client_id)
                seen.setdefault((frame, stage_id, None), set()).add(client_id)
    return {cell: len(clients) for cell, clients in seen.items()}
