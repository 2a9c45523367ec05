"""The report *conversion*: of the deals that left a stage, how many went on, and how long they had stood there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, Report, User, format_number, format_percent, lazy, ngettext
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank, ranking_chart
from plugins.reports.document import COUNT, NUMBER, SHARE, Chart, Column, Document, Note, Row, Table
from plugins.reports.funnel.common import MOST_CHARTS, stage_column, stage_words, type_words
from plugins.reports.funnel.ladders import Frame
from plugins.reports.history.behind import Behind
from plugins.reports.history.conversion_facts import Exits
from plugins.reports.history.flow_facts import Flow
from plugins.reports.history.stays import Left
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
from plugins.reports.settings.parameters import TABLE, Settings

NAME = "conversion"
TITLE = lazy("Conversion and time in stage")
USUAL_PERIOD = "last_12_months"
DAY_US = 86_400_000_000
WORDS = {
    "left": lazy("Left the stage"),
    "passed": lazy("Went on"),
    "lost": lazy("Lost here"),
    "returned": lazy("Went back"),
    "returns": lazy("Returns"),
    "skipped": lazy("Skipped it"),
}
REOPENED = "reopened"


@dataclass(frozen=True)
class Counted:
    """How deals left each stage, by cell and by stage alone, and how many skipped it."""

    asked: Asked
    frames: Sequence[Frame]
    cells: Mapping[Cell, Left]
    whole: Mapping[Cell, Left]
    skipped: Mapping[Cell, int]
    reopened: int


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    counted = _count(crm, user, settings)
    asked = counted.asked
    lines = [
        (frame, cell) for frame, cell in cells_in_order(asked, counted.frames, [cell[2] for cell in counted.cells])
        if cell[1] is not None
    ]  # fmt: skip
    rows = [
        {"type": frame.type, **asked.key_data(cell[2]), "stage": stage_of(frame, cell), **_values(counted, cell)}
        for frame, cell in lines
    ]
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(counted, lines)],
        rows=rows,
        totals={name: sum(row[name] for row in rows) for name in ("left", "passed", "lost", "returned", "skipped")},
        draw=partial(_charts, counted),
        notes=[
            Note(_("Conversion is the share that went on of all that went on or were lost here.")),
            Note(_("A deal that went back is not decided yet; one that skipped the stage was never there.")),
            Note(_("Several stays of a deal at one stage are added up. Half of the deals took at most the median.")),
            *_reopened_note(counted),
        ],
        is_empty=not counted.cells,
    )


def _count(crm: CRM, user: User | None, settings: Settings) -> Counted:
    asked = ask(crm, user, settings, "left_at")
    exits = Exits(asked.scope, settings.period, asked.dimension)
    stays = exits.stays()
    cells = exits.counted(stays)
    whole = exits.counted(stays.as_one()) if asked.dimension else cells
    skipped: dict[Cell, int] = {}
    for (type_id, _version, stage_id, key), deals in (
        Flow(asked.scope, settings.period, asked.dimension).skipped().items()
    ):
        skipped[type_id, stage_id, key] = skipped.get((type_id, stage_id, key), 0) + deals
    asked = asked.named([key for *_cell, key in cells])
    reopened = asked.scope.rows(exits.reopened())
    return Counted(asked, asked.frames(stays.versions or asked.published), cells, whole, skipped, len(reopened))


def _reopened_note(counted: Counted) -> list[Note]:
    if not counted.reopened:
        return []
    words = ngettext(
        "%(n)s deal was closed and re-opened while it stood at a stage: its days there count the time it was closed.",
        "%(n)s deals were closed and re-opened while they stood at a stage: their days there count the time they were "
        "closed.",
        counted.reopened,
    )
    return [Note(words, counted.asked.link(REOPENED), _("Show them"))]


def _values(counted: Counted, cell: Cell) -> dict[str, Any]:
    left = counted.cells.get(cell, Left())
    return {
        "left": left.deals,
        "passed": left.passed,
        "lost": left.lost,
        "returned": left.returned,
        "returns": left.returns,
        "skipped": counted.skipped.get(cell, 0),
        "conversion": left.conversion,
        "median_days": in_days(left.median_us),
        "most_days": in_days(left.most_us),
    }


def in_days(time_us: int | None) -> float | None:
    """Returns a time in days, to a hundredth."""
    return None if time_us is None else round(time_us / DAY_US, 2)


def _table(counted: Counted, lines: Sequence[tuple[Frame, Cell]]) -> Table:
    days = _("Days in the stage")
    columns = (
        stage_column(),
        Column("left", WORDS["left"], COUNT),
        Column("passed", WORDS["passed"], COUNT),
        Column("lost", WORDS["lost"], COUNT),
        Column("returned", WORDS["returned"], COUNT, hint=_("They left this stage for an earlier one, the last time")),
        Column("returns", WORDS["returns"], COUNT, hint=_("How often deals were sent back from here")),
        Column("skipped", WORDS["skipped"], COUNT, hint=_("Passed without ever being here")),
        Column("conversion", _("Conversion"), SHARE),
        Column("median_days", _("median"), NUMBER, days),
        Column("most_days", _("80 % within"), NUMBER, days),
    )

    def make_row(frame: Frame, cell: Cell) -> Row:
        values = _values(counted, cell)
        return Row(values, partial(counted.asked.links, WORDS, cell, values))

    return Table("conversion", _("Stage by stage"), columns, stage_rows(counted.asked, counted.frames, lines, make_row))


def _charts(counted: Counted) -> tuple[Chart, ...]:
    charts = []
    for frame in counted.frames[: MOST_CHARTS // 2]:
        own = [(stage_words(name), counted.whole.get((frame.type_ids[0], stage_id, None), Left()))
               for stage_id, name in frame.stages if stage_id is not None]  # fmt: skip
        rates = [Rank(name, left.conversion or 0, _rate_words(left)) for name, left in own]
        times = [Rank(name, in_days(left.median_us) or 0, _time_words(left)) for name, left in own]
        prefix = f"{type_words(frame)}: " if len(counted.frames) > 1 else ""
        title = _("Days in the stage: half of the deals / 80 % of them")
        for key, words, ranks in (("rates", _("Conversion"), rates), ("times", title, times)):
            described = "; ".join(f"{rank.label}: {rank.words}" for rank in ranks)
            chart = ranking_chart(ranks, room=1.7)
            charts.append(Chart(f"{key}-{frame.type_ids[0]}", prefix + words, chart, described))
    return tuple(charts)


def _rate_words(left: Left) -> str:
    if left.conversion is None:
        return "—"
    decided = format_number(left.passed + left.lost)
    return _("%(share)s of %(n)s", share=format_percent(left.conversion), n=decided)


def _time_words(left: Left) -> str:
    if left.median_us is None:
        return "—"
    return " / ".join(format_number(in_days(time), 1) for time in (left.median_us, left.most_us))


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    asked = ask(crm, user, settings, "left_at")
    if cell["what"] == "skipped":
        flow = Flow(asked.scope, settings.period, asked.dimension)
        return source.id << flow.passed_at(int(cell["type"]), int(cell["stage"]), cell["what"], cell.get("key"))
    exits = Exits(asked.scope, settings.period, asked.dimension)
    if cell["what"] == REOPENED:
        return source.id << exits.reopened()
    return source.id << exits.left(int(cell["type"]), int(cell["stage"]), cell["what"], cell.get("key"))


def _said(cell: Mapping[str, str]) -> str:
    what = _("Closed and re-opened") if cell["what"] == REOPENED else WORDS[cell["what"]]
    return f"{TITLE}, {what}"


BEHIND = Behind(_find, _said)
REPORT = Report(
    NAME,
    TITLE,
    make,
    TABLE,
    lazy("Of the deals that left a stage, how many went on, and how long they had stood there."),
    "hourglass",
    "process",
    usual_period=USUAL_PERIOD,
)
