"""The report *funnels*: closed and open deals side by side, stage by stage, and the cone before the first stage."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, Report, User, format_number, format_percent, lazy
from core.api import gettext as _
from plugins.reports.addresses import CLIENTS, to_list
from plugins.reports.charts.funnels import Bar, funnel_chart
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Note, Row, Table
from plugins.reports.funnel import closed_report, open_report
from plugins.reports.funnel.common import MOST_CHARTS, make_scope, stage_column, stage_words
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind, conditions_of
from plugins.reports.history.cone import Cone, clients_at, count_cone
from plugins.reports.history.writing import in_usual_period, make_document
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import REASONS, Settings
from plugins.reports.settings.periods import Period

NAME = "funnels"
TITLE = lazy("Both funnels side by side")
USUAL_PERIOD = "last_12_months"
CLOSED = ("reached", "passed", "lost", "conversion")
CONE = ("contacted", "answered", "interested")
OPEN = ("count", "potential", "expected_income")
FIGURES = (("won", "win_rate", "won_amount"), ("count", "potential", "expected_income"))

Cells = dict[tuple[str, str | None], tuple[Mapping[str, Any], Row]]


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    closed = closed_report.make(crm, user, settings)
    opened = open_report.make(crm, user, replace(settings, period=Period()))
    cone = count_cone(make_scope(crm, user, settings, load_ladders(crm)[0]), settings.period)
    parts = (_cells(closed), _cells(opened))
    stages = _in_order(parts)
    figures = [
        figure
        for document, names in zip((closed, opened), FIGURES, strict=True)
        for figure in document.figures
        if figure.key in names
    ]
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(stages, parts), _cone_table(settings, cone)],
        rows=[_data(stage, parts) for stage in stages],
        totals={
            **closed.data["totals"],
            **{f"open_{name}": value for name, value in opened.data["totals"].items()},
            **cone._asdict(),
        },
        figures=figures,
        draw=partial(_charts, closed, opened, cone),
        notes=[
            Note(_("Left: deals closed in the period. Right: deals that are open now; they may still be won.")),
            Note(_("Contacts are those that were written down or came through a channel. Clients for whom a deal was"
                   " opened without any contact noted: %(n)s.", n=format_number(cone.unnoted))),
            Note(_("Clients who came by themselves, without anything sent to them before: %(n)s.",
                   n=format_number(cone.by_themselves))),
        ],
        is_empty=closed.is_empty and opened.is_empty and not cone.contacted,
    )  # fmt: skip


def _cells(document: Document) -> Cells:
    """Returns the rows of a funnel by type and stage, as data and as they are shown."""
    shown = [row for row in document.tables[0].rows if not row.is_heading]
    return {(data["type"], data["stage"]): (data, row) for data, row in zip(document.data["rows"], shown, strict=True)}


def _in_order(parts: Sequence[Cells]) -> list[tuple[str, str | None]]:
    """Returns the types by name, each with its stages in order."""
    seen = dict.fromkeys(stage for cells in parts for stage in cells)
    return sorted(seen, key=lambda stage: stage[0])


def _data(stage: tuple[str, str | None], parts: Sequence[Cells]) -> dict[str, Any]:
    values = {"type": stage[0], "stage": stage[1]}
    for cells, names in zip(parts, (CLOSED, OPEN), strict=True):
        data = cells[stage][0] if stage in cells else {}
        values |= {name: data.get(name) for name in names}
    return values


def _table(stages: Sequence[tuple[str, str | None]], parts: Sequence[Cells]) -> Table:
    closed, opened = _("Closed in the period"), _("Open now")
    columns = (
        stage_column(),
        Column("reached", _("Reached"), COUNT, closed),
        Column("passed", _("Passed"), COUNT, closed),
        Column("lost", _("Deals lost"), COUNT, closed),
        Column("conversion", _("Conversion"), SHARE, closed),
        Column("count", _("Deals"), COUNT, opened),
        Column("potential", _("Potential"), MONEY, opened),
        Column("expected_income", _("Expected income"), MONEY, opened),
    )
    rows, heading = [], None
    is_many = len({kind for kind, _stage in stages}) > 1
    for stage in stages:
        if is_many and stage[0] != heading:
            rows.append(Row({"stage": stage[0]}, is_heading=True))
        heading = stage[0]
        rows.append(Row({**_data(stage, parts), "stage": stage_words(stage[1])}, partial(_links, stage, parts)))
    return Table("stages", _("Stage by stage"), columns, tuple(rows))


def _links(stage: tuple[str, str | None], parts: Sequence[Cells]) -> dict[str, str]:
    found: dict[str, str] = {}
    for cells, names in zip(parts, (CLOSED, OPEN), strict=True):
        links = cells[stage][1].links if stage in cells else {}
        found |= {name: link for name, link in links.items() if name in names}
    return found


def _cone_steps(cone: Cone) -> list[tuple[str, int]]:
    return [
        (_("Contacted"), cone.contacted),
        (_("Answered"), cone.answered),
        (_("Interested: a deal was opened"), cone.interested),
    ]


def _cone_table(settings: Settings, cone: Cone) -> Table:
    columns = (
        Column("step", _("Clients"), TEXT),
        Column("clients", _("How many"), COUNT),
        Column("share", _("Of those contacted"), SHARE),
    )
    rows = [
        Row(
            {"step": words, "clients": number, "share": number / cone.contacted if cone.contacted else None},
            partial(_cone_link, settings, step) if number else dict,
        )
        for step, (words, number) in zip(CONE, _cone_steps(cone), strict=True)
    ]
    return Table("cone", _("Before the first stage"), columns, tuple(rows))


def _cone_link(settings: Settings, step: str) -> dict[str, str]:
    found = conditions_of(settings, {"step": step})
    return {"clients": to_list(CLIENTS, as_query(found))} if found else {}


def _charts(closed: Document, opened: Document, cone: Cone) -> tuple[Chart, ...]:
    """Returns the funnels of numbers of deals in pairs, closed and open of each type, below the cone."""
    by_count = [[chart for chart in document.charts if chart.key.startswith("deals-")] for document in (closed, opened)]
    titles: tuple[Callable[[str], str], ...] = (
        lambda title: _("Closed: %(title)s", title=title),
        lambda title: _("Open: %(title)s", title=title),
    )
    kinds = dict.fromkeys(chart.key for charts in by_count for chart in charts)
    found = [
        replace(chart, key=f"{chart.key}-{place}", title=titles[place](chart.title))
        for kind in list(kinds)[: MOST_CHARTS // 2]
        for place, charts in enumerate(by_count)
        for chart in charts
        if chart.key == kind
    ]
    return (*found, _cone_chart(cone)) if cone.contacted else tuple(found)


def _cone_chart(cone: Cone) -> Chart:
    steps = _cone_steps(cone)
    following = [*(number for _words, number in steps[1:]), cone.interested]
    bars = []
    for (words, number), onto in zip(steps, following, strict=True):
        share = format_percent(number / cone.contacted)
        hint = f"{words}: {format_number(number)} ({share})"
        said = f"{format_number(number)} · {share}"
        bars.append(
            Bar(words, number, onto, format_number(onto), said, core_hint=hint, flank_hint=hint, is_core_said=False)
        )
    chart = funnel_chart(bars, _("Went on"), _("Did not go on yet"))
    described = "; ".join(f"{words}: {number}" for words, number in steps)
    return Chart("cone", _("Before the first stage, in clients"), chart, described)


def _find_clients(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    return source.id << clients_at(scope, settings.period, cell["step"])


CLIENTS_BEHIND = Behind(_find_clients, lambda _cell: str(TITLE))
REPORT = Report(
    NAME,
    TITLE,
    make,
    REASONS,
    lazy("Closed and open deals side by side, stage by stage, and how clients came to the first stage."),
    "chart-funnel",
    "funnels",
    usual_period=USUAL_PERIOD,
)
