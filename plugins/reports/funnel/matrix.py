"""The matrix of a funnel: stages down, managers (or another dimension) across, the whole company beside them."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from core.api import Text, lazy
from core.api import gettext as _
from plugins.reports.dimensions import Dimension
from plugins.reports.document import COUNT, MONEY, SHARE, Column, Mark, Row, Table
from plugins.reports.funnel.common import key_order, stage_column, stage_words, type_words
from plugins.reports.settings.parameters import Settings, refuse

MOST_COLUMNS = 100
INDICATORS: dict[str, tuple[Text, str]] = {
    "deals": (lazy("Deals"), COUNT),
    "lost": (lazy("Deals lost"), COUNT),
    "conversion": (lazy("Conversion"), SHARE),
    "clients": (lazy("Distinct clients"), COUNT),
    "potential": (lazy("Potential"), MONEY),
    "expected_income": (lazy("Expected income"), MONEY),
    "probability": (lazy("Probability"), SHARE),
}


@dataclass(frozen=True)
class Matrix:
    """The finished matrix, as a table and as data."""

    table: Table
    data: list[dict[str, Any]]


@dataclass(frozen=True)
class Reader:
    """How one kind of funnel answers for a row: an indicator's value, a remark on it, and the cell behind it.

    The last argument of `value` and `link` tells whether the row is of one key, not of the whole company.
    """

    value: Callable[[str, Any, bool], Any]
    mark: Callable[[str, Any], Mark | None]
    link: Callable[[str, Any, bool], str]


def make_matrix(
    settings: Settings,
    dimension: Dimension,
    company: Sequence[Any],
    rows: Sequence[Any],
    indicators: Sequence[str],
    reader: Reader,
    notes: tuple[str, ...] = (),
) -> Matrix:
    """Returns the matrix of rows that are grouped by `dimension`; `company` holds the same added up."""
    keys = sorted({row.key for row in rows if row.key is not None or _has_deals(row)}, key=_order(dimension))
    if len(keys) > MOST_COLUMNS:
        words = _("That makes %(n)s columns; filter them to at most %(most)s.", n=len(keys), most=MOST_COLUMNS)
        refuse("columns", words)
    cells = {(row.frame, row.stage_id, row.key): row for row in rows}
    lines, data = [], []
    is_many = len({row.frame for row in company}) > 1
    for whole_row in company:
        found = [whole_row, *(cells.get((whole_row.frame, whole_row.stage_id, key)) for key in keys)]
        line = _line(found, indicators, reader)
        name = stage_words(whole_row.stage)
        line.values["stage"] = f"{type_words(whole_row.frame)}: {name}" if is_many else name
        lines.append(line)
        data += _data(settings.columns, whole_row, [None, *(dimension.label(key) for key in keys)], line, indicators)
    heads = [_("Company"), *(dimension.label(key) or _("None") for key in keys)]
    columns = [
        Column(f"{number}.{name}", INDICATORS[name][0], INDICATORS[name][1], group)
        for number, group in enumerate(heads)
        for name in indicators
    ]
    title = _("By %(dimension)s", dimension=str(dimension.title).lower())
    return Matrix(Table("matrix", title, (stage_column(), *columns), tuple(lines), notes), data)


def _line(found: Sequence[Any], indicators: Sequence[str], reader: Reader) -> Row:
    cells = [(number, indicator, row) for number, row in enumerate(found) for indicator in indicators]

    def name(number: int, indicator: str) -> str:
        return f"{number}.{indicator}"

    def links() -> dict[str, str]:
        linked = {name(n, one): reader.link(one, row, n > 0) for n, one, row in cells if row is not None}
        return {key: link for key, link in linked.items() if link}

    def marks() -> dict[str, Mark]:
        marked = {name(n, one): reader.mark(one, row) for n, one, row in cells if n and row is not None}
        return {key: mark for key, mark in marked.items() if mark}

    values = {name(n, one): None if row is None else reader.value(one, row, n > 0) for n, one, row in cells}
    return Row(values, links, marks)


def _data(name: str, row: Any, labels: Sequence[str | None], line: Row, indicators: Sequence[str]) -> list[dict]:
    return [
        {
            "type": row.frame.type,
            "stage": row.stage,
            name: label,
            "is_company": number == 0,
            **{indicator: line.values[f"{number}.{indicator}"] for indicator in indicators},
        }
        for number, label in enumerate(labels)
    ]


def _order(dimension: Dimension) -> Callable[[Hashable], tuple]:
    return lambda key: key_order(dimension, key)


def _has_deals(row: Any) -> bool:
    return bool(getattr(row, "reached", 0) or getattr(row, "count", 0))
