"""The report *funnel-closed*: what became of the deals that were closed in a period."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core.api import CRM, Report, User, format_number, format_percent, lazy
from core.api import gettext as _
from plugins.reports.charts.funnels import Bar, funnel_chart
from plugins.reports.dimensions import Dimension, find_dimension, named
from plugins.reports.document import COUNT, MONEY, SHARE, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope
from plugins.reports.funnel.closed import ClosedFunnel, ClosedRow, count_closed, whole
from plugins.reports.funnel.closed_matrix import DEFAULT, closed_matrix
from plugins.reports.funnel.closed_sums import closed_deals, count_clients, kept_parts
from plugins.reports.funnel.common import (
    MOST_CHARTS,
    bounded_period,
    choose_frames,
    grouped_rows,
    head,
    in_order,
    key_order,
    make_scope,
    settings_words,
    stage_column,
    stage_words,
    type_words,
)
from plugins.reports.funnel.counts import FINAL
from plugins.reports.funnel.credit import credited_rows, is_by_stage
from plugins.reports.funnel.data import closed_row, closed_totals, money
from plugins.reports.funnel.ladders import Frame
from plugins.reports.funnel.matrix import INDICATORS
from plugins.reports.funnel.notes import money_notes
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.clients_of import clients_link
from plugins.reports.links import Linker, as_links, as_query
from plugins.reports.settings.parameters import CLOSED, OWNER, Settings
from plugins.reports.words import COUNTINGS, CREDITS, as_sentence, compact

TITLE = lazy("Funnel of closed deals")
NAME = "funnel-closed"


@dataclass(frozen=True)
class Asked:
    """The answers of the database, counted: the funnel by the dimension, the company's, the one compared with."""

    frames: list[Frame]
    funnel: ClosedFunnel
    company: ClosedFunnel
    dimension: Dimension | None
    clients: int
    no_rate: int = 0
    before: ClosedFunnel | None = None
    before_clients: int = 0


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    ladders, published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    asked = ask(crm, scope, settings, ladders, published)
    linker = Linker(crm, settings)
    has_by = bool(settings.by) and asked.dimension is not None
    shown = in_order(asked.funnel.rows, asked.frames, asked.dimension) if has_by else whole(asked.company.rows)
    data = _data(settings, asked, shown, asked.dimension if has_by else None)
    tables = [_table(asked, shown, asked.dimension if has_by else None, linker)]
    # Rows part by type anyway.
    if settings.columns not in ("", "type"):
        rows = asked.funnel.rows if settings.by in ("", settings.columns) else None
        matrix = closed_matrix(crm, scope, settings, asked.frames, rows, asked.dimension)
        tables.append(matrix.table)
        data["matrix"] = matrix.data
    types = {ladder.type_id: ladder.type for ladder in ladders.values()}
    words = settings_words(crm, user, settings, types)
    if settings.counting != FINAL:
        words.append((_("Counted"), str(COUNTINGS[settings.counting])))
    if settings.credit != OWNER:
        words.append((_("Credited to"), str(CREDITS[settings.credit])))
    if settings.compared:
        words.append((_("Compared with"), settings.compared.words()))
    return Document(
        name=NAME,
        title=str(TITLE),
        subtitle=as_sentence(settings.period.words()),
        settings=tuple(words),
        figures=_figures(asked, crm.currency, linker),
        tables=tuple(tables),
        draw=partial(_charts, asked, crm.currency, linker),
        notes=_notes(asked, linker),
        data=data,
        is_empty=not asked.company.totals.closed,
        **head(crm, user),
    )


def ask(crm: CRM, scope: Scope, settings: Settings, ladders: dict, published: set[int]) -> Asked:
    """Returns what the database knows; the matrix by manager shares the query of the whole where it can."""
    name = settings.by or settings.columns
    dimension = find_dimension(crm, scope.user, name, bounded_period(crm, scope, name, settings.period))
    # Who was responsible at a stage is told deal by deal: beside groups, not beside sums.
    parts = kept_parts(scope, settings.period) if settings.credit == OWNER else None
    closed = closed_deals(scope, settings.period, dimension, settings.counting, parts)
    dimension = named(crm, dimension, closed.keys)
    used, before, parts_before = closed.versions, None, None
    if settings.compared:
        parts_before = kept_parts(scope, settings.compared)
        before = closed_deals(scope, settings.compared, None, settings.counting, parts_before)
        used |= before.versions
    frames = choose_frames(settings, ladders, published, used)
    funnel = company = count_closed(frames, *closed, counting=settings.counting)
    if is_by_stage(settings, dimension):
        rows = credited_rows(scope, settings.period, dimension, settings.counting, frames, closed.groups)
        dimension = named(crm, replace(dimension, labels={}), (row.key for row in rows))
        funnel = replace(funnel, rows=rows)
    elif dimension is not None and dimension.overlaps:
        closed = closed_deals(scope, settings.period, None, settings.counting, parts)
        company = count_closed(frames, *closed, counting=settings.counting)
    questions = {"clients": (settings.period, parts)} if any(closed) else {}
    questions |= {"before": (settings.compared, parts_before)} if before and any(before) else {}
    counts = count_clients(scope, questions, settings.period if company.totals.no_potential else None)
    return Asked(
        frames=frames,
        funnel=funnel,
        company=company,
        dimension=dimension,
        clients=counts.get("clients", 0),
        no_rate=counts.get("no_rate", 0),
        before=count_closed(frames, *before, counting=settings.counting) if before is not None else None,
        before_clients=counts.get("before", 0),
    )


def _data(settings: Settings, asked: Asked, rows: list[ClosedRow], dimension: Dimension | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "report": NAME,
        "params": dict(settings.given),
        "rows": [_with_key(closed_row(row), row, settings.by, dimension) for row in rows],
        "totals": closed_totals(asked.company.totals, asked.clients),
        "no_rate": asked.no_rate,
    }
    if dimension is not None:
        data["groups"] = [
            {settings.by: dimension.label(key), **_without(closed_totals(asked.funnel.by_key[key], None), "clients")}
            for key in sorted(asked.funnel.by_key, key=lambda key: key_order(dimension, key))
        ]
    if asked.before is not None:
        data["compare"] = {
            "params": {"from": settings.compared.first, "to": settings.compared.until},
            "rows": [closed_row(row) for row in whole(asked.before.rows)],
            "totals": closed_totals(asked.before.totals, asked.before_clients),
        }
    return data


def _with_key(values: dict[str, Any], row: ClosedRow, by: str, dimension: Dimension | None) -> dict[str, Any]:
    if not by:
        return values
    label = dimension.label(row.key) if dimension is not None else row.frame.type
    return {"type": values.pop("type"), by: label, **values}


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _table(asked: Asked, rows: list[ClosedRow], dimension: Dimension | None, linker: Linker) -> Table:
    columns = [
        stage_column(),
        Column("reached", _("Reached"), COUNT),
        Column("passed", _("Passed"), COUNT),
        Column("lost", _("Deals lost"), COUNT),
        Column("skipped", _("Skipped"), COUNT, hint=_("How many of those that passed were never at this stage")),
        Column("conversion", _("Conversion"), SHARE, hint=_("Of the deals that were here, the share that passed")),
        Column("reached_potential", _("Potential reached"), MONEY),
        Column("passed_potential", _("Potential passed"), MONEY),
        Column("lost_potential", _("Potential lost"), MONEY),
    ]
    before, earlier_linker = (
        {},
        Linker(linker.crm, replace(linker.settings, period=linker.settings.compared or linker.settings.period)),
    )
    if asked.before is not None and dimension is None:
        before = {(row.frame, row.stage_id): row for row in whole(asked.before.rows)}
        columns[5:5] = [Column("reached_before", _("Reached before"), COUNT)]
        columns[7:7] = [Column("conversion_before", _("Conversion before"), SHARE)]

    def make_row(row: ClosedRow) -> Row:
        values = closed_row(row) | {"stage": stage_words(row.stage)}
        earlier = before.get((row.frame, row.stage_id))
        if earlier is not None:
            values |= {"reached_before": earlier.reached, "conversion_before": earlier.conversion}

        def links() -> dict[str, str]:
            then = as_links({"reached_before": earlier_linker.closed(earlier, "reached", None)}) if earlier else {}
            return _links(row, linker, dimension) | then

        return Row(values, links)

    return Table("funnel", "", tuple(columns), grouped_rows(rows, dimension, len(asked.frames) > 1, make_row))


def _links(row: ClosedRow, linker: Linker, dimension: Dimension | None) -> dict[str, str]:
    cells = {cell: linker.closed(row, cell, dimension) for cell in ("reached", "passed", "lost", "skipped")}
    cells |= {f"{cell}_potential": cells[cell] for cell in ("reached", "passed", "lost")}
    return as_links(cells)


def _figures(asked: Asked, currency: str, linker: Linker) -> tuple[Figure, ...]:
    now, before = asked.company.totals, asked.before.totals if asked.before is not None else None

    def figure(key: str, title: str, kind: str = COUNT) -> Figure:
        pair = [None if totals is None else getattr(totals, key) for totals in (now, before)]
        if kind == MONEY:
            pair = [None if value is None else money(value) for value in pair]
        state = {"closed": "", "won": "won", "won_amount": "won", "lost_potential": "lost"}.get(key)
        link = as_query(linker.closed_whole(state)) if state is not None and pair[0] else ""
        return Figure(key, title, pair[0], kind, pair[1], link=link)

    return (
        figure("closed", _("Closed deals")),
        figure("won", _("Deals won")),
        figure("win_rate", _("Win rate"), SHARE),
        figure("won_amount", _("Won amount, %(currency)s", currency=currency), MONEY),
        figure("lost_potential", _("Lost potential, %(currency)s", currency=currency), MONEY),
        Figure("clients", _("Distinct clients"), asked.clients, COUNT, asked.before_clients if before else None,
               link=clients_link(linker.closed_whole()) if asked.clients else ""),
    )  # fmt: skip


def _charts(asked: Asked, currency: str, linker: Linker) -> tuple[Chart, ...]:
    rows = whole(asked.company.rows)
    before = {(row.frame, row.stage_id): row for row in whole(asked.before.rows)} if asked.before is not None else {}
    charts = []
    for frame in asked.frames[: MOST_CHARTS // 2 if len(asked.frames) > 1 else 1]:
        own = [row for row in rows if row.frame == frame]
        name = f"{type_words(frame)}: " if len(asked.frames) > 1 else ""
        compared = linker.settings.compared.words() if linker.settings.compared else ""
        for key, title in (
            ("deals", _("Number of deals")),
            ("potential", _("Potential, %(currency)s", currency=currency)),
        ):
            bars = [_bar(row, key, before.get((row.frame, row.stage_id)), _links(row, linker, None)) for row in own]
            lost = _("Deals lost") if key == "deals" else _("Potential lost")
            chart = funnel_chart(bars, _("Passed"), lost, before=compared)
            note = _("dashed: %(period)s", period=compared) if compared else ""
            charts.append(Chart(f"{key}-{frame.type_ids[0]}", name + title, chart, _described(own), note))
    return tuple(charts)


def _bar(row: ClosedRow, measure: str, before: ClosedRow | None, links: dict[str, str]) -> Bar:
    if measure == "deals":
        reached, passed, lost = row.reached, row.passed, row.lost
        earlier = before.reached if before else None
    else:
        reached, passed, lost = (money(v) for v in (row.reached_potential, row.passed_potential, row.lost_potential))
        earlier = money(before.reached_potential) if before else None
    stage, share = stage_words(row.stage), format_percent(row.conversion)
    side = [f"−{compact(lost)}"] if lost else []
    side += [share] if measure == "deals" and row.conversion is not None else []
    return Bar(
        stage=stage,
        whole=float(reached),
        core=float(passed),
        core_words=compact(passed),
        side_words=" · ".join(side),
        core_hint=_("%(stage)s: %(n)s passed (%(share)s)", stage=stage, n=format_number(passed), share=share),
        flank_hint=_(
            "%(stage)s: %(n)s lost of %(all)s", stage=stage, n=format_number(lost), all=format_number(reached)
        ),
        core_link=links.get("passed", ""),
        flank_link=links.get("lost", ""),
        before=None if earlier is None else float(earlier),
        before_hint="" if earlier is None else _("%(n)s before", n=format_number(earlier)),
    )


def _described(rows: list[ClosedRow]) -> str:
    parts = [f"{stage_words(row.stage)}: {row.passed} / {row.reached}" for row in rows]
    return _("Passed of reached by stage: %(parts)s", parts="; ".join(parts))


def _notes(asked: Asked, linker: Linker) -> tuple[Note, ...]:
    notes = money_notes(asked.company.totals.no_potential, asked.no_rate, linker.closed_whole())
    if any(len({ladder.steps for ladder in frame.ladders}) > 1 for frame in asked.frames):
        words = _("Stages changed over time: each deal counts by the stages its type had when it was opened.")
        notes.append(Note(words))
    if len(asked.frames) > MOST_CHARTS // 2:
        notes.append(Note(_("Charts show the first %(n)s types; the table has all.", n=MOST_CHARTS // 2)))
    if asked.dimension is not None and asked.dimension.overlaps:
        words = _("A deal may count under several values here, so the parts add up to more than the whole.")
        notes.append(Note(words))
    return tuple(notes)


REPORT = Report(
    NAME,
    TITLE,
    make,
    CLOSED,
    lazy("What became of the deals that were closed in a period: how far they came, where they were lost."),
    "chart-funnel",
    "funnels",
    indicators=tuple(INDICATORS),
    usual_indicators=DEFAULT,
)
