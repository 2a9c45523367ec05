"""What the closed and the open funnel share: ladders, the order of rows, headings, the head of the document."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from core.api import CRM, User, bulk, language
from core.api import gettext as _
from plugins.reports.dimensions import MONTHS, Dimension, words_of
from plugins.reports.document import TEXT, Column, Row
from plugins.reports.facts import Scope
from plugins.reports.funnel.ladders import Frame, Ladder, make_frames
from plugins.reports.settings.conditions import in_words
from plugins.reports.settings.parameters import Settings
from plugins.reports.settings.periods import Period, period_of

MOST_CHARTS = 4


def make_scope(crm: CRM, user: User | None, settings: Settings, ladders: dict[int, Ladder]) -> Scope:
    """Returns the deals that the report is about."""
    type_ids = settings.type_ids or tuple(sorted({ladder.type_id for ladder in ladders.values()}))
    versions = tuple(key for key, ladder in ladders.items() if ladder.type_id in type_ids)
    return Scope(crm, user, type_ids, versions, settings.conditions, is_of_all_types=not settings.type_ids)


def choose_frames(settings: Settings, ladders: dict[int, Ladder], published: set[int], used: set[int]) -> list[Frame]:
    """Returns the frames of the versions that deals use; a type asked for by name is there without deals too."""
    chosen = {ladders[key] for key in used}
    for key in published:
        ladder = ladders[key]
        if ladder.type_id in settings.type_ids and not any(other.type_id == ladder.type_id for other in chosen):
            chosen.add(ladder)
    return make_frames(chosen, is_joined=settings.is_joined)


def bounded_period(crm: CRM, scope: Scope, name: str, period: Period, column: str = "closed_at") -> Period:
    """Returns the period; for a dimension of time its open sides are set by the first and last deal there is."""
    if name not in MONTHS or period.is_bounded:
        return period
    span = scope.span(column)
    if span is None:
        return period_of(period, crm.today(), crm.today())
    first, last = (bulk.from_microseconds(moment).astimezone(crm.config.zone).date() for moment in span)
    return period_of(period, first, max(first, last))


def in_order(rows: Iterable[Any], frames: Sequence[Frame], dimension: Dimension | None) -> list[Any]:
    """Returns the rows in order of type, key (time as it runs, names by alphabet, none last) and stage."""
    if dimension is None:
        return list(rows)
    places = {frame: place for place, frame in enumerate(frames)}
    return sorted(rows, key=lambda row: (places[row.frame], *key_order(dimension, row.key)))


def key_order(dimension: Dimension, key: Hashable) -> tuple:
    """Returns what sorts keys of a dimension."""
    if key is None:
        return (True, "")
    return (False, key if dimension.is_ordered else (dimension.label(key) or "").casefold())


def grouped_rows(
    rows: Sequence[Any], dimension: Dimension | None, is_many: bool, make_row: Callable[[Any], Row]
) -> tuple[Row, ...]:
    """Returns the lines of a table: under headings for types, where there are several, and for keys."""
    lines, heading = [], None
    for row in rows:
        parts = [type_words(row.frame)] if is_many else []
        if dimension is not None:
            parts.append(dimension.label(row.key) or _("None"))
        if parts and parts != heading:
            lines.append(Row({"stage": " · ".join(parts)}, is_heading=True))
        heading = parts
        lines.append(make_row(row))
    return tuple(lines)


def stage_words(stage: str | None) -> str:
    """Returns what a stage is called, as it was typed; without stages it is all deals."""
    return stage if stage is not None else _("All deals")


def type_words(frame: Frame) -> str:
    """Returns what the type of a frame is called, or that it joins several."""
    return frame.type if frame.type is not None else _("All types")


def stage_column() -> Column:
    """Returns the column with the names of stages."""
    return Column("stage", _("Stage"), TEXT)


def settings_words(crm: CRM, user: User | None, settings: Settings, types: dict[int, str]) -> list[tuple[str, str]]:
    """Returns the settings as pairs of label and value, for the head of the report."""
    words = []
    if settings.type_ids:
        words.append((_("Deal type"), ", ".join(types[key] for key in settings.type_ids)))
    words += in_words(crm, user, settings.conditions)
    if settings.by:
        words.append((_("Rows by"), words_of(crm, settings.by)))
    if settings.columns:
        words.append((_("Columns by"), words_of(crm, settings.columns)))
    if settings.is_joined:
        words.append((_("Types"), _("joined by the names of stages")))
    return words


def head(crm: CRM, user: User | None) -> dict[str, Any]:
    """Returns what every document says of itself."""
    return {
        "company": crm.settings.get("company")["company_name"] or crm.config.name,
        "currency": crm.currency,
        "language": language(),
        "made_at": crm.clock.now().astimezone(crm.config.zone),
        "made_by": user.name if user else "",
    }
