"""What the reports of the history share: their period if none is asked for, their document, their rows by stage."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.api import CRM, Text, User
from core.api import gettext as _
from plugins.reports.dimensions import Dimension, find_dimension, named
from plugins.reports.document import Chart, Document, Figure, Note, Row, Table
from plugins.reports.facts import Scope
from plugins.reports.funnel.common import (
    bounded_period,
    choose_frames,
    head,
    key_order,
    make_scope,
    settings_words,
    stage_words,
    type_words,
)
from plugins.reports.funnel.ladders import Frame, Ladder
from plugins.reports.funnel.types import deal_types, load_ladders
from plugins.reports.history.behind import conditions_of
from plugins.reports.history.past import as_text
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import PERIOD, Settings, refuse
from plugins.reports.settings.periods import preset
from plugins.reports.words import as_sentence

Cell = tuple[int, int | None, Hashable]  # type, stage, key


def in_usual_period(crm: CRM, settings: Settings, name: str) -> Settings:
    """Returns the settings, with the period of a name if none was asked for."""
    if set(PERIOD) & set(settings.given):
        return settings
    return replace(settings, period=preset(name, crm.today()))


@dataclass(frozen=True)
class Asked:
    """The deals that a report is about, and by what its rows part; `used` are the versions its answers speak of."""

    crm: CRM
    settings: Settings
    scope: Scope
    ladders: Mapping[int, Ladder]
    published: set[int]
    dimension: Dimension | None

    def frames(self, used: Iterable[int]) -> list[Frame]:
        """Returns the frames of the versions that the answers speak of."""
        return choose_frames(self.settings, dict(self.ladders), self.published, set(used))

    def named(self, keys: Iterable[Hashable]) -> "Asked":
        """Returns the same with what the keys are called."""
        return replace(self, dimension=named(self.crm, self.dimension, keys))

    def link(self, what: str, cell: Cell | None = None, **more: Any) -> str:
        """Returns the query of the list of the deals of a cell, or of all of them."""
        told: dict[str, Any] = {"what": what, **more}
        if cell is not None:
            told |= {"type": cell[0], "stage": cell[1] or ""}
            told |= {"key": as_text(cell[2])} if self.dimension else {}
        found = conditions_of(self.settings, told)
        return as_query(found) if found else ""

    def links(self, names: Iterable[str], cell: Cell, values: Mapping[str, Any]) -> dict[str, str]:
        """Returns the queries of the lists of the deals of a cell by the names of its numbers, where there are some."""
        return {name: link for name in names if values[name] and (link := self.link(name, cell))}

    def key_data(self, key: Hashable) -> dict[str, Any]:
        """Returns the key as rows of data have it, nothing without a dimension."""
        return {self.settings.by: self.dimension.label(key)} if self.dimension else {}


def ask(crm: CRM, user: User | None, settings: Settings, moment: str) -> Asked:
    """Returns what a report is about; `moment` is the column whose months are meant. Refuses rows that overlap."""
    ladders, published = load_ladders(crm)
    scope = make_scope(crm, user, settings, ladders)
    column = moment if moment in ("opened_at", "closed_at") else "opened_at"
    period = bounded_period(crm, scope, settings.by, settings.period, column)
    dimension = find_dimension(crm, user, settings.by, period, moment)
    if dimension is not None and dimension.overlaps:
        refuse("by", _("Here a deal stands in one row only: choose a field that has one value for each deal."))
    return Asked(crm, settings, scope, ladders, published, dimension)


def cells_in_order(asked: Asked, frames: Sequence[Frame], keys: Iterable[Hashable]) -> list[tuple[Frame, Cell]]:
    """Returns the cells of all stages in order of type, key and stage."""
    dimension = asked.dimension
    order = sorted(set(keys), key=(lambda key: key_order(dimension, key)) if dimension else lambda key: True)
    return [
        (frame, (frame.type_ids[0], stage_id, key))
        for frame in frames
        for key in (order or [None])
        for stage_id, _stage in frame.stages
    ]


def stage_of(frame: Frame, cell: Cell) -> str | None:
    """Returns the name of a cell's stage."""
    return dict(frame.stages)[cell[1]]


def stage_rows(
    asked: Asked, frames: Sequence[Frame], lines: Iterable[tuple[Frame, Cell]], make_row: Callable[[Frame, Cell], Row]
) -> tuple[Row, ...]:
    """Returns the rows of a table, under headings for types, where there are several, and for keys."""
    rows, heading = [], None
    for frame, cell in lines:
        words = [type_words(frame)] if len(frames) > 1 else []
        words += [asked.dimension.label(cell[2]) or _("None")] if asked.dimension else []
        if words and words != heading:
            rows.append(Row({"stage": " · ".join(words)}, is_heading=True))
        heading = words
        row = make_row(frame, cell)
        rows.append(replace(row, values={"stage": stage_words(stage_of(frame, cell)), **row.values}))
    return tuple(rows)


def make_document(
    crm: CRM,
    user: User | None,
    settings: Settings,
    *,
    title: Text,
    tables: Sequence[Table],
    rows: Sequence[Mapping[str, Any]],
    totals: Mapping[str, Any],
    figures: Sequence[Figure] = (),
    draw: Callable[[], tuple[Chart, ...]] = tuple,
    notes: Sequence[Note] = (),
    subtitle: str = "",
    summary: Sequence[str] = (),
    is_empty: bool = False,
) -> Document:
    """Returns the document of a report, with its settings in words and its rows as data."""
    return Document(
        name=settings.report,
        title=str(title),
        subtitle=subtitle or as_sentence(settings.period.words()),
        settings=tuple(settings_words(crm, user, settings, deal_types(crm))),
        figures=tuple(figures),
        tables=tuple(tables),
        draw=draw,
        notes=tuple(notes),
        data={
            "report": settings.report,
            "params": dict(settings.given),
            "rows": list(rows),
            "totals": dict(totals),
        },
        is_empty=is_empty,
        summary=tuple(summary),
        **head(crm, user),
    )
