"""The report *matrix*: a report of one's own, made of an answer of the engine."""

from functools import partial
from typing import Any

from core.api import CRM, Report, ReportMeasure, User, lazy
from core.api import gettext as _
from plugins.reports.document import COUNT, MONEY, NUMBER, SHARE, TEXT, Column, Document, Figure, Note, Row, Table
from plugins.reports.engine.asking import ALL, Answer, Values, answer
from plugins.reports.engine.behind import Behind
from plugins.reports.engine.drawing import draw
from plugins.reports.engine.wanted import Wanted, read_wanted, title_of_moment
from plugins.reports.funnel.common import head
from plugins.reports.settings.conditions import in_words
from plugins.reports.settings.parameters import MATRIX, Settings
from plugins.reports.words import as_sentence

NAME = "matrix"
TITLE = lazy("Own report")
KINDS = {"count": COUNT, "money": MONEY, "share": SHARE, "number": NUMBER}
BEFORE, CHANGE = ".before", ".change"


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    found = answer(crm, user, read_wanted(crm, user, settings))
    wanted, behind = found.wanted, Behind(crm, found.wanted)
    return Document(
        name=NAME,
        title=_title(wanted),
        subtitle=as_sentence(_period_words(crm, wanted)),
        settings=tuple(_settings_words(crm, user, wanted)),
        figures=tuple(_figures(found, behind, crm.currency)),
        tables=(_table(found, behind),),
        draw=partial(draw, found, behind),
        notes=tuple(_notes(found)),
        data={
            "report": NAME,
            "params": dict(settings.given),
            "rows": _rows_as_data(found),
            "totals": _as_data(wanted, found.now.whole, found.before.whole if found.before else None),
        },
        is_empty=found.is_empty,
        **head(crm, user),
    )


def _title(wanted: Wanted) -> str:
    """Returns what the report shows: “Deals, all by Month and Source”."""
    if wanted.columns is None or wanted.rows is None:
        axis = wanted.rows or wanted.columns
        return (
            str(wanted.facts.label)
            if axis is None
            else _("%(facts)s by %(rows)s", facts=str(wanted.facts.label), rows=str(axis.title))
        )
    return _(
        "%(facts)s by %(rows)s and %(columns)s",
        facts=str(wanted.facts.label),
        rows=str(wanted.rows.title),
        columns=str(wanted.columns.title),
    )


def _period_words(crm: CRM, wanted: Wanted) -> str:
    if not wanted.moment:
        return ""
    words = wanted.period.words()
    if wanted.compared is not None:
        words = _("%(period)s, compared with %(before)s", period=words, before=wanted.compared.words())
    return words


def _settings_words(crm: CRM, user: User | None, wanted: Wanted) -> list[tuple[str, str]]:
    words = [(_("Facts"), str(wanted.facts.label))]
    if wanted.moment:
        words.append((_("Period of"), title_of_moment(crm, wanted.facts, wanted.moment)))
    words += [
        (label, str(axis.title))
        for label, axis in ((_("Rows by"), wanted.rows), (_("Columns by"), wanted.columns))
        if axis
    ]
    return words + in_words(crm, user, wanted.conditions, wanted.facts.entity)


def _figures(found: Answer, behind: Behind, currency: str) -> list[Figure]:
    figures = []
    for place, one in enumerate(found.wanted.measures):
        title = f"{one.label}, {currency}" if one.kind == "money" else str(one.label)
        before = found.before.whole[place] if found.before else None
        link = behind.query(ALL, ALL, one) if found.now.whole[place] else ""
        figures.append(Figure(one.name, title, found.now.whole[place], KINDS[one.kind], before, link=link))
    return figures


def _table(found: Answer, behind: Behind) -> Table:
    wanted = found.wanted
    title = str(wanted.rows.title) if wanted.rows else ""
    columns = [Column(".row", title, TEXT)]
    many = found.columns if wanted.columns is not None else ()
    for number, key in enumerate(many):
        columns += _measure_columns(found, f"{number}.", wanted.columns.label(key) if wanted.columns else "")
    columns += _measure_columns(found, "", _("All together") if many else "")
    lines = [_line(found, behind, row, wanted.rows.label(row)) for row in found.rows] if wanted.rows else []
    total = _line(found, behind, ALL, _("All together"), is_total=True)
    return Table("matrix", _title(wanted), tuple(columns), (*lines, total))


def _measure_columns(found: Answer, prefix: str, group: str) -> list[Column]:
    columns = []
    for one in found.wanted.measures:
        kind = KINDS[one.kind]
        columns.append(Column(prefix + one.name, one.label, kind, group))
        if found.before is not None:
            columns.append(Column(prefix + one.name + BEFORE, _("Before"), kind, group))
            title = _("Change, points") if one.kind == "share" else _("Change")
            columns.append(Column(prefix + one.name + CHANGE, title, SHARE, group))
    return columns


def _line(found: Answer, behind: Behind, row: Any, label: str, *, is_total: bool = False) -> Row:
    values: dict[str, Any] = {".row": label}
    cells = [*((f"{n}.", key) for n, key in enumerate(found.columns) if found.wanted.columns is not None), ("", ALL)]
    for prefix, column in cells:
        now = _at(found, row, column)
        before = _at(found, row, column, is_before=True) if found.before else None
        for place, one in enumerate(found.wanted.measures):
            values[prefix + one.name] = now[place]
            if before is not None:
                values[prefix + one.name + BEFORE] = before[place]
                values[prefix + one.name + CHANGE] = change_of(one, now[place], before[place])

    def links() -> dict[str, str]:
        times = [("", False), (BEFORE, True)] if found.before else [("", False)]
        return {
            prefix + one.name + suffix: behind.query(row, column, one, is_before=is_before)
            for prefix, column in cells
            for suffix, is_before in times
            for place, one in enumerate(found.wanted.measures)
            if _at(found, row, column, is_before=is_before)[place]
        }

    return Row(values, links, is_total=is_total)


def _at(found: Answer, row: Any, column: Any, *, is_before: bool = False) -> Values:
    """Returns the values of a cell, of a whole row or column, or of all; zeros where there are no records."""
    numbers = found.before if is_before and found.before is not None else found.now
    none = tuple(0 if one.how in ("count", "distinct", "sum", "expected") else None for one in found.wanted.measures)
    if row is ALL and column is ALL:
        return numbers.whole
    if column is ALL and found.wanted.columns is not None:
        return numbers.of_rows.get(row, none)
    if row is ALL and found.wanted.rows is not None:
        return numbers.of_columns.get(column, none)
    return numbers.cells.get((row, column), none)


def change_of(one: ReportMeasure, now: Any, before: Any) -> float | None:
    """Returns by which share a number grew or fell, of a share by how many points; None where that can't be said."""
    if one.kind == "share":
        return None if now is None or before is None else now - before
    return float(now) / float(before) - 1 if now is not None and before else None


def _rows_as_data(found: Answer) -> list[dict[str, Any]]:
    """Returns one row for each cell: the keys' names by the names of the axes, and the measures."""
    wanted, rows = found.wanted, []
    for row in found.rows:
        for column in found.columns:
            keys = [(axis, key) for axis, key in ((wanted.rows, row), (wanted.columns, column)) if axis is not None]
            named = {axis.name: None if key is None else axis.label(key) for axis, key in keys}
            before = _at(found, row, column, is_before=True) if found.before else None
            rows.append({**named, **_as_data(wanted, _at(found, row, column), before)})
    return rows


def _as_data(wanted: Wanted, now: Values, before: Values | None) -> dict[str, Any]:
    data = {one.name: value for one, value in zip(wanted.measures, now, strict=True)}
    if before is not None:
        data |= {f"{one.name}_before": value for one, value in zip(wanted.measures, before, strict=True)}
    return data


def _notes(found: Answer) -> list[Note]:
    notes = []
    if found.overlaps:
        notes.append(
            Note(_("A record may stand under several values here, so the parts add up to more than the whole."))
        )
    distinct = [str(one.label) for one in found.wanted.measures if one.how == "distinct"]
    if distinct and found.wanted.axes:
        names = ", ".join(distinct)
        notes.append(
            Note(
                _(
                    "%(names)s: one may stand in several rows, so the parts may add up to more than the whole.",
                    names=names,
                )
            )
        )
    if any(one.how in ("expected", "chance") for one in found.wanted.measures):
        notes.append(
            Note(_("Expected is what all open deals bring by the chances of their stages, not a month's forecast."))
        )
    if (
        found.now.whole
        and found.wanted.facts.entity == "deal"
        and any(one.kind == "money" for one in found.wanted.measures)
    ):
        notes.append(Note(_("Deals without a known amount or potential add nothing to the sums.")))
    return notes


REPORT = Report(
    NAME,
    TITLE,
    make,
    MATRIX,
    lazy("Count and sum deals, visits, interactions, tasks or clients by whatever you choose, in rows and columns."),
    "table",
    "own",
)
