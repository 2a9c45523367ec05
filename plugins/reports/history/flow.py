"""The report *flow*: how many deals passed each stage within a period, open ones included ("contracts this month")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, Report, User, format_number, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank, ranking_chart
from plugins.reports.document import COUNT, MONEY, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.funnel.common import MOST_CHARTS, stage_column, stage_words, type_words
from plugins.reports.funnel.data import money
from plugins.reports.funnel.ladders import Frame
from plugins.reports.history.behind import Behind
from plugins.reports.history.flow_facts import Flow, Passed
from plugins.reports.history.writing import (
    Asked,
    Cell,
    ask,
    cells_in_order,
    in_usual_period,
    make_document,
    stage_of,
    stage_rows,
)
from plugins.reports.settings.parameters import FLOW, Settings
from plugins.reports.words import compact

NAME = "flow"
TITLE = lazy("Flow through the stages")
USUAL_PERIOD = "this_month"
WORDS = {
    "passed": lazy("Passed"),
    "open": lazy("open"),
    "won": lazy("won"),
    "lost_since": lazy("lost"),
    "skipped": lazy("Skipped it"),
    "lost": lazy("Lost here"),
}


@dataclass(frozen=True)
class Counted:
    """What passed and what was lost, by type, stage and key."""

    asked: Asked
    frames: Sequence[Frame]
    passed: Mapping[Cell, Passed]
    lost: Mapping[Cell, int]

    def of(self, frame: Frame, cell: Cell) -> tuple[Passed, int]:
        """Returns the numbers of a cell; where types are joined, those of all of them together."""
        cells = [(type_id, *cell[1:]) for type_id in frame.type_ids]
        return sum((self.passed.get(one, Passed()) for one in cells), Passed()), sum(
            self.lost.get(one, 0) for one in cells
        )


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    counted = _count(crm, user, settings)
    asked, lines = (
        counted.asked,
        cells_in_order(counted.asked, counted.frames, [cell[2] for cell in (*counted.passed, *counted.lost)]),
    )
    before = None
    if settings.compared:
        flow = Flow(asked.scope, settings.compared)
        before = _by_cell(flow.passed())
    rows = [
        {"type": frame.type, **asked.key_data(cell[2]), "stage": stage_of(frame, cell), **_values(counted, frame, cell)}
        for frame, cell in lines
    ]
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(counted, lines, before)],
        rows=rows,
        totals={name: sum(row[name] for row in rows) for name in ("passed", "lost", "passed_potential")},
        figures=_figures(counted, lines),
        draw=partial(_charts, counted),
        notes=[
            Note(_("A deal counts once at a stage, the last time that it passed it, whatever became of it since.")),
            Note(_("Rows by manager say who was responsible when the deal left the stage.")),
        ],
        is_empty=not (counted.passed or counted.lost),
    )


def _count(crm: CRM, user: User | None, settings: Settings) -> Counted:
    asked = ask(crm, user, settings, "left_at")
    flow = Flow(asked.scope, settings.period, asked.dimension)
    passed, lost = flow.passed(), flow.losses()
    frames = asked.frames({version for _type, version, _stage, _key in passed} or asked.published)
    asked = asked.named([*(key for *_cell, key in passed), *(key for *_cell, key in lost)])
    return Counted(asked, frames, _by_cell(passed), lost)


def _by_cell(passed: Mapping[tuple, Passed]) -> dict[Cell, Passed]:
    found: dict[Cell, Passed] = {}
    for (type_id, _version, stage_id, key), numbers in passed.items():
        found[type_id, stage_id, key] = found.get((type_id, stage_id, key), Passed()) + numbers
    return found


def _values(counted: Counted, frame: Frame, cell: Cell) -> dict[str, Any]:
    passed, lost = counted.of(frame, cell)
    return {
        "passed": passed.deals,
        "passed_potential": money(passed.potential),
        "open": passed.open,
        "won": passed.won,
        "lost_since": passed.lost_since,
        "skipped": passed.skipped,
        "lost": lost,
        "no_potential": passed.deals - passed.priced,
    }


def _table(counted: Counted, lines: Sequence[tuple[Frame, Cell]], before: Mapping[Cell, Passed] | None) -> Table:
    since = _("Of them, today")
    columns = [
        stage_column(),
        Column("passed", WORDS["passed"], COUNT, hint=_("Deals that went on from this stage within the period")),
        Column("passed_potential", _("Potential"), MONEY),
        Column("open", WORDS["open"], COUNT, since),
        Column("won", WORDS["won"], COUNT, since),
        Column("lost_since", WORDS["lost_since"], COUNT, since),
        Column("skipped", WORDS["skipped"], COUNT, hint=_("Passed without ever being here")),
        Column("lost", WORDS["lost"], COUNT, hint=_("Deals that were lost at this stage within the period")),
    ]
    if before is not None:
        columns.insert(2, Column("before", _("Before"), COUNT, hint=_("In the period compared with")))

    def make_row(frame: Frame, cell: Cell) -> Row:
        values = _values(counted, frame, cell)
        if before is not None:
            values["before"] = sum(before.get((one, *cell[1:]), Passed()).deals for one in frame.type_ids)
        return Row(values, partial(_links, counted.asked, cell, values))

    return Table(
        "flow", _("Stage by stage"), tuple(columns), stage_rows(counted.asked, counted.frames, lines, make_row)
    )


def _links(asked: Asked, cell: Cell, values: Mapping[str, Any]) -> dict[str, str]:
    """Returns the queries of the lists of a cell; the money of those that passed opens the same as their number."""
    found = asked.links(WORDS, cell, values)
    if "passed" in found:
        found["passed_potential"] = found["passed"]
    before = asked.link("passed", cell, when="before") if values.get("before") else ""
    return found | ({"before": before} if before else {})


def _figures(counted: Counted, lines: Sequence[tuple[Frame, Cell]]) -> list[Figure]:
    """Returns how many deals passed each stage, the last five, where there is but one type."""
    frame = counted.frames[0] if len(counted.frames) == 1 else None
    last = [stage for stage in frame.stages if stage[0] is not None][-5:] if frame else []
    return [
        Figure(
            f"passed_{stage_id}",
            stage_words(name),
            sum(counted.of(one, cell)[0].deals for one, cell in lines if one is frame and cell[1] == stage_id),
            link=counted.asked.link("passed", type=frame.type_ids[0], stage=stage_id)
            if len(frame.type_ids) == 1
            else "",
        )
        for stage_id, name in last
    ]


def _charts(counted: Counted) -> tuple[Chart, ...]:
    charts = []
    for frame in counted.frames[:MOST_CHARTS]:
        ranks = []
        for stage_id, name in frame.stages:
            found = [
                numbers for cell, numbers in counted.passed.items() if cell[1] == stage_id and cell[0] in frame.type_ids
            ]
            passed = sum(found, Passed())
            words = f"{format_number(passed.deals)} · {compact(money(passed.potential))}" if passed.deals else "0"
            ranks.append(Rank(stage_words(name), passed.deals, words))
        title = type_words(frame) if len(counted.frames) > 1 else _("Deals that passed each stage")
        described = "; ".join(f"{rank.label}: {rank.words}" for rank in ranks)
        charts.append(
            Chart(f"flow-{frame.type_ids[0]}", title, ranking_chart(ranks, room=1.7), described, has_own_axis=True)
        )
    return tuple(charts)


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    asked = ask(crm, user, settings, "left_at")
    period = settings.compared if cell.get("when") == "before" and settings.compared else settings.period
    flow, stage_id = Flow(asked.scope, period, asked.dimension), int(cell["stage"]) if cell["stage"] else None
    if cell["what"] == "lost":
        return source.id << flow.lost_at(int(cell["type"]), stage_id, cell.get("key"))
    return source.id << flow.passed_at(int(cell["type"]), stage_id, cell["what"], cell.get("key"))


BEHIND = Behind(_find, lambda cell: f"{TITLE}, {WORDS[cell['what']]}")
REPORT = Report(
    NAME,
    TITLE,
    make,
    FLOW,
    lazy("How many deals passed each stage within a period, open ones included: contracts this month."),
    "arrow-bar-to-right",
    "process",
    usual_period=USUAL_PERIOD,
)
