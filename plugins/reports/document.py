"""A finished report, ready to leave the house: what it says, independent of the form in which it is written.

Reports make a `Document`; each file in `output/` writes one in its form. So every form shows the same cells.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from core.api import Text, format_number, format_percent
from plugins.reports.words import as_sentence

TEXT, COUNT, MONEY, SHARE, NUMBER = "text", "count", "money", "share", "number"


@dataclass(frozen=True)
class Column:
    """One column; `key` is its name as data, `group` the heading that it shares with its neighbours."""

    key: str
    title: Text
    kind: str = COUNT
    group: Text = ""
    hint: Text = ""


@dataclass(frozen=True)
class Mark:
    """A remark on a cell; `is_worse` sets it off, the others are only said to who points at it."""

    words: str
    is_worse: bool = False


@dataclass(frozen=True)
class Row:
    """One line: values by column key; what only some forms show is made when it is asked for.

    `is_total` says that it sums the lines above it.
    """

    values: Mapping[str, Any]
    find_links: Callable[[], Mapping[str, str]] = dict
    find_marks: Callable[[], Mapping[str, Mark]] = dict
    is_heading: bool = False
    is_total: bool = False

    @cached_property
    def links(self) -> Mapping[str, str]:
        """The queries of the list of deals behind the cells."""
        return self.find_links()

    @cached_property
    def marks(self) -> Mapping[str, Mark]:
        """Remarks on single cells."""
        return self.find_marks()


@dataclass(frozen=True)
class Table:
    """A table with a title; the first of a document is its main one."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def headings(self) -> list[tuple[Text, int]]:
        """The headings above the columns, each with how many it spans; empty where no columns share one."""
        if not any(column.group for column in self.columns):
            return []
        runs = groupby(self.columns, key=lambda column: column.group)
        return [(group, len(list(columns))) for group, columns in runs]


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite specification with its title, and what it says in a sentence for those who can't see it.

    On paper a chart on the right shares the names of the one on its left, unless it `has_own_axis`.
    """

    key: str
    title: str
    specification: Mapping[str, Any]
    description: str = ""
    note: str = ""
    has_own_axis: bool = False


@dataclass(frozen=True)
class Figure:
    """A number that stands large above the tables, with what it was in the period compared."""

    key: str
    title: Text
    value: Any
    kind: str = COUNT
    before: Any = None
    hint: Text = ""
    link: str = ""


@dataclass(frozen=True)
class Note:
    """A sentence below the tables, with the query of the list of deals that it speaks of, and a page where to help it.

    `place` is the endpoint of that page, called with `place_values`, for those who have its `right`; forms without
    links show the words alone.
    """

    words: str
    link: str = ""
    link_words: str = ""
    place: str = ""
    place_words: str = ""
    right: str = ""
    place_values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Document:
    """A report: the settings it was made with, figures, tables, charts, and the same as data for machines.

    `summary` says in a few sentences what a director must know; they stand above everything else.
    """

    name: str
    title: str
    subtitle: str
    company: str
    currency: str
    language: str
    made_at: datetime
    made_by: str
    settings: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    draw: Callable[[], tuple[Chart, ...]]
    notes: tuple[Note, ...]
    data: Mapping[str, Any]
    is_empty: bool = False
    summary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "summary", tuple(as_sentence(sentence) for sentence in self.summary))

    @cached_property
    def charts(self) -> tuple[Chart, ...]:
        """The charts; data alone does without them."""
        return self.draw()


def as_shown(value: Any, kind: str) -> str:
    """Returns a value as the reader writes it, money in whole units; a dash where there is none."""
    if value is None:
        return "—"
    if kind == TEXT:
        return str(value)
    if kind == SHARE:
        return format_percent(float(value), 1)
    return format_number(value, {COUNT: None, MONEY: 0, NUMBER: 1}[kind])


def as_data(value: Any, kind: str) -> Any:
    """Returns a value as data: money as a decimal string, shares and counts as numbers, nothing as None."""
    if value is None or kind in (TEXT, COUNT):
        return value
    return str(value) if kind == MONEY else float(value)


def as_number(value: Any, kind: str) -> Any:
    """Returns a value as a real number for a sheet, its text, or None."""
    if value is None:
        return None
    if kind == TEXT:
        return str(value)
    return int(value) if kind == COUNT else float(value)
