"""The report *bridge*: what made the open funnel of one day into that of another, part by part."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from core.api import CRM, Report, User, bulk, format_date, format_number, lazy
from core.api import gettext as _
from plugins.reports.document import COUNT, MONEY, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.funnel.common import head, settings_words, stage_column, stage_words, type_words
from plugins.reports.funnel.data import money
from plugins.reports.funnel.ladders import Frame
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history import bridge
from plugins.reports.history.bridge import BACK_IN, BACK_OUT, CLOSING, OPENING, PARTS, SAME_NUMBER, Cell, Cells, Stage
from plugins.reports.history.bridge_asked import TITLE, WHOLE_WORDS, WORDS, Asked, Line, ask, lines_of, moments
from plugins.reports.history.waterfall import Fall, waterfall_chart
from plugins.reports.settings.parameters import TABLE, Settings
from plugins.reports.words import compact

NAME = "bridge"
# What stands in two columns under one heading: what came to a stage, and what left it.
GROUPS = {
    bridge.ON_IN: (lazy("Moved on"), lazy("to here")),
    bridge.ON_OUT: (lazy("Moved on"), lazy("from here")),
    BACK_IN: (lazy("Moved back"), lazy("to here")),
    BACK_OUT: (lazy("Moved back"), lazy("from here")),
}
WHOLE_PARTS = tuple(part for part in PARTS if part not in (bridge.ON_OUT, BACK_OUT))


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    since, until = moments(crm, settings)
    asked = ask(crm, user, settings, bulk.to_microseconds(since), bulk.to_microseconds(until))
    whole = asked.ledger.whole()
    shown = [part for part in PARTS if part in whole]
    types = {ladder.type_id: ladder.type for ladder in load_ladders(crm)[0].values()}
    lines = lines_of(asked)
    return Document(
        name=NAME,
        title=str(TITLE),
        subtitle=_period_words(crm, settings, since, until),
        settings=tuple(settings_words(crm, user, settings, types)),
        figures=_figures(asked, whole, crm.currency),
        tables=(
            _whole_table(asked, whole, crm.currency),
            _stage_table(asked, lines, shown, is_money=False, title=_("Stage by stage, in deals")),
            _stage_table(
                asked, lines, shown, is_money=True, title=_("Stage by stage, in %(currency)s", currency=crm.currency)
            ),
        ),
        draw=partial(_charts, asked, whole, crm.currency),
        notes=(
            Note(_("A deal that came and was closed between these days counts under both, so nothing is left out.")),
            Note(_("Deals on hold stand apart. A deal without a potential counts as a deal, but not as money.")),
        ),
        data={
            "report": NAME,
            "params": dict(settings.given),
            "rows": [_data(asked, *line) for line in lines],
            "totals": {**_values(whole), "since": since.isoformat(), "until": until.isoformat()},
        },
        is_empty=not whole,
        **head(crm, user),
    )


def _period_words(crm: CRM, settings: Settings, since: datetime, until: datetime) -> str:
    first, last = (format_date(moment.astimezone(crm.config.zone).date()) for moment in (since, until))
    if settings.period.until is None or until < crm.day_start(settings.period.until):
        return _("From the morning of %(first)s until now", first=first)
    return _("From the morning of %(first)s to the morning of %(last)s", first=first, last=last)


def _data(asked: Asked, key: Any, frame: Frame, stage: Stage, cells: Cells) -> dict[str, Any]:
    names = dict(frame.stages)
    by = {asked.settings.by: asked.dimension.label(key)} if asked.dimension else {}
    return {"type": frame.type, **by, "stage": names[stage[1]], **_values(cells)}


def _values(cells: Cells) -> dict[str, Any]:
    """Returns number and money of all parts by their names: with sign, so that opening + parts = closing.

    What grew, shrank or changed hands leaves the number of deals alone: of those the number of deals is told.
    """
    values: dict[str, Any] = {}
    for part in (OPENING, *PARTS, CLOSING):
        cell = cells.get(part, Cell())
        values[part] = len(cell.ids) if part in SAME_NUMBER else cell.count
        if part != bridge.HANDS:
            values[f"{part}_potential"] = money(cell.money)
    return values


def _figures(asked: Asked, whole: Cells, currency: str) -> tuple[Figure, ...]:
    begun, ended = whole.get(OPENING, Cell()), whole.get(CLOSING, Cell())
    potential = _("Potential, %(currency)s", currency=currency)
    came, won, lost = (whole.get(part, Cell()) for part in (bridge.CAME, bridge.WON, bridge.LOST))
    return (
        Figure("closing", _("Open deals"), ended.count, before=begun.count, link=asked.link(CLOSING)),
        Figure("closing_potential", potential, money(ended.money), MONEY, before=money(begun.money),
               link=asked.link(CLOSING)),
        Figure("came", _("Came"), len(came.ids), link=asked.link(bridge.CAME)),
        Figure("won", _("Deals won"), len(won.ids), link=asked.link(bridge.WON)),
        Figure("lost", _("Deals lost"), len(lost.ids), link=asked.link(bridge.LOST)),
    )  # fmt: skip


def _whole_table(asked: Asked, whole: Cells, currency: str) -> Table:
    columns = (
        Column("part", "", TEXT),
        Column("deals", _("Deals"), COUNT),
        Column("count", _("More or fewer deals"), COUNT),
        Column("potential", _("More or less potential, %(currency)s", currency=currency), MONEY),
    )
    rows = []
    for part in (OPENING, *WHOLE_PARTS, CLOSING):
        cell = whole.get(part)
        if cell is None:
            continue
        is_total = part in (OPENING, CLOSING)
        values = {
            "part": str(WHOLE_WORDS.get(part, WORDS[part])),
            "deals": cell.count if is_total else len(cell.ids),
            "count": cell.count if is_total else _change(whole, part).count,
            "potential": money(_change(whole, part).money),
        }
        rows.append(Row(values, partial(_deals_link, asked, part)))
    return Table("bridge", _("What changed"), columns, tuple(rows))


def _change(whole: Cells, part: str) -> Cell:
    """Returns what a part changes of the whole: a move, which leaves one stage for another, changes nothing."""
    other = {bridge.ON_IN: bridge.ON_OUT, BACK_IN: BACK_OUT}.get(part)
    found = Cell()
    for one in (part, other):
        if one in whole:
            found.add(whole[one])
    return found


def _deals_link(asked: Asked, part: str) -> dict[str, str]:
    link = asked.link(part)
    return dict.fromkeys(("deals", "count", "potential"), link) if link else {}


def _stage_table(asked: Asked, lines: Sequence[Line], shown: Iterable[str], *, is_money: bool, title: str) -> Table:
    parts = [part for part in (OPENING, *shown, CLOSING) if not (is_money and part == bridge.HANDS)]
    columns = (stage_column(), *(_column(part, MONEY if is_money else COUNT) for part in parts))
    rows, heading = [], None
    for key, frame, stage, cells in lines:
        words = [type_words(frame)] if len(asked.frames) > 1 else []
        words += [asked.dimension.label(key) or _("None")] if asked.dimension else []
        if words and words != heading:
            rows.append(Row({"stage": " · ".join(words)}, is_heading=True))
        heading = words
        values = _values(cells)
        rows.append(
            Row(
                {
                    "stage": stage_words(dict(frame.stages)[stage[1]]),
                    **{part: values[f"{part}_potential" if is_money else part] for part in parts},
                },
                partial(_stage_links, asked, key, stage, frame, cells),
            )
        )
    return Table("money" if is_money else "deals", title, columns, tuple(rows))


def _column(part: str, kind: str) -> Column:
    group, title = GROUPS.get(part, ("", WORDS[part]))
    return Column(part, title, kind, group)


def _stage_links(asked: Asked, key: Any, stage: Stage, frame: Frame, cells: Cells) -> dict[str, str]:
    if len(frame.type_ids) > 1:
        return {}
    links = {part: asked.link(part, key, stage) for part, cell in cells.items() if cell.count or cell.ids}
    return {part: link for part, link in links.items() if link}


def _charts(asked: Asked, whole: Cells, currency: str) -> tuple[Chart, ...]:
    potential = _("Potential, %(currency)s", currency=currency)
    return (
        _chart("money", potential, asked, whole, lambda cell: float(money(cell.money)), compact),
        _chart("deals", _("Number of deals"), asked, whole, lambda cell: float(cell.count), format_number),
    )


def _chart(key: str, title: str, asked: Asked, whole: Cells, value: Any, words: Any) -> Chart:
    falls = []
    for part in (OPENING, *WHOLE_PARTS, CLOSING):
        is_total = part in (OPENING, CLOSING)
        found = value(_change(whole, part))
        # The same bars in both charts: on paper they share their names.
        if is_total or _change(whole, part).count or _change(whole, part).money:
            said = words(found) if is_total or found <= 0 else f"+{words(found)}"
            falls.append(Fall(str(WORDS[part]), found, said, is_total, asked.link(part)))
    described = "; ".join(f"{fall.name}: {fall.words}" for fall in falls)
    return Chart(key, title, waterfall_chart(falls, _("More"), _("Less"), _("Open deals")), described)


REPORT = Report(
    NAME,
    TITLE,
    make,
    TABLE,
    lazy("What changed in the funnel since last Monday, or between two days: came, moved, grew, won, lost."),
    "arrows-exchange",
    "funnels",
    usual_period="since_monday",
)
