"""Puts a report of one's own together: its cells, the totals of rows and columns, the same of a period compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.api import CRM, User
from core.api import gettext as _
from plugins.reports.engine.axes import Axis, named
from plugins.reports.engine.counting import Question
from plugins.reports.engine.wanted import NAME, Wanted
from plugins.reports.settings.parameters import refuse
from plugins.reports.settings.periods import Period

MOST_COLUMNS = 100
MOST_ROWS = 2_000
Values = tuple[Any, ...]
# Stands for all keys of an axis that isn't there.
ALL = ()


@dataclass(frozen=True)
class Numbers:
    """The values of the measures by keys: of cells, of whole rows, of whole columns, and of all together."""

    cells: Mapping[tuple[Any, Any], Values]
    of_rows: Mapping[Any, Values]
    of_columns: Mapping[Any, Values]
    whole: Values


@dataclass(frozen=True)
class Answer:
    """What was found: keys in order, numbers now and of the period compared; `counts` tells if there is anything."""

    wanted: Wanted
    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    now: Numbers
    before: Numbers | None = None
    is_empty: bool = False

    @property
    def overlaps(self) -> bool:
        """Whether a record may stand in several rows or columns."""
        return any(axis.overlaps for axis in self.wanted.axes)


def answer(crm: CRM, user: User | None, wanted: Wanted) -> Answer:
    """Returns the answer to what is wanted; raises InvalidInput where it would be too wide or too long to read."""
    now = _numbers(crm, user, wanted, wanted.period)
    before = None
    if wanted.compared is not None:
        before = _moved(wanted, _numbers(crm, user, wanted, wanted.compared))
    rows, columns = _keys(wanted, 0, now, before), _keys(wanted, 1, now, before)
    _check_size(wanted, rows, columns)
    wanted = replace(
        wanted,
        rows=named(crm, wanted.facts, wanted.rows, rows),
        columns=named(crm, wanted.facts, wanted.columns, columns),
    )
    return Answer(
        wanted,
        tuple(_in_order(wanted, wanted.rows, rows, now.of_rows)),
        tuple(_in_order(wanted, wanted.columns, columns, now.of_columns)),
        now,
        before,
        is_empty=not now.cells and (before is None or not before.cells),
    )


def moved_back(wanted: Wanted, axis: Axis | None) -> dict[Any, Any]:
    """Returns, by the keys of an axis, those of the period compared that stand under them, where they differ."""
    return {now: before for before, now in _move(axis, wanted).items()}


def _numbers(crm: CRM, user: User | None, wanted: Wanted, period: Period) -> Numbers:
    question = Question(crm, user, wanted.facts, wanted.measures, wanted.during(period))
    axes = wanted.axes
    cells = question.ask(axes)
    whole = question.totals(axes, ())
    none = tuple(0 if one.kind == "count" else None for one in wanted.measures)
    if wanted.rows is None or wanted.columns is None:
        one_way = {keys[0] if keys else ALL: values for keys, values in cells.items()}
        of_all = {ALL: whole.get((), none)}
        of_rows, of_columns = (one_way, of_all) if wanted.columns is None else (of_all, one_way)
        if not axes:
            of_rows = of_columns = of_all
        pairs = {((key, ALL) if wanted.columns is None else (ALL, key)): values for key, values in one_way.items()}
        return Numbers(pairs, of_rows, of_columns, whole.get((), none))
    of_rows = {keys[0]: values for keys, values in question.totals(axes, (wanted.rows,)).items()}
    of_columns = {keys[0]: values for keys, values in question.totals(axes, (wanted.columns,)).items()}
    return Numbers(cells, of_rows, of_columns, whole.get((), none))


def _moved(wanted: Wanted, before: Numbers) -> Numbers:
    """Returns the numbers of the period compared under the keys of the present one: its first month under the first."""
    moves = [_move(axis, wanted) for axis in (wanted.rows, wanted.columns)]
    return Numbers(
        {(moves[0].get(row, row), moves[1].get(column, column)): v for (row, column), v in before.cells.items()},
        {moves[0].get(key, key): values for key, values in before.of_rows.items()},
        {moves[1].get(key, key): values for key, values in before.of_columns.items()},
        before.whole,
    )


def _move(axis: Axis | None, wanted: Wanted) -> dict[Any, Any]:
    if axis is None or not _is_of_moment(axis, wanted) or wanted.compared is None:
        return {}
    return dict(zip(axis.parts(wanted.compared), axis.parts(wanted.period), strict=False))


def _is_of_moment(axis: Axis, wanted: Wanted) -> bool:
    return bool(axis.part) and axis.path.partition(":")[0] == wanted.moment


def _keys(wanted: Wanted, place: int, now: Numbers, before: Numbers | None) -> list[Any]:
    axis = (wanted.rows, wanted.columns)[place]
    if axis is None:
        return [ALL]
    known = [
        dict(zip(("of_rows", "of_columns"), (one.of_rows, one.of_columns), strict=True)) for one in (now, before) if one
    ]
    found = dict.fromkeys(key for one in known for key in one[("of_rows", "of_columns")[place]])
    if _is_of_moment(axis, wanted):
        # Months in which nothing happened belong into the picture too; before the first one they don't.
        parts = axis.parts(wanted.period)
        if found and parts:
            return [*parts, *(key for key in found if key not in parts)]
    return list(found)


def _in_order(wanted: Wanted, axis: Axis | None, keys: Sequence[Any], totals: Mapping[Any, Values]) -> list[Any]:
    if axis is None:
        return list(keys)
    name, is_falling = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    if axis is wanted.columns or not name:
        name, is_falling = (NAME, False) if axis.is_ordered else (wanted.measures[0].name, True)

    def by_label(key: Any) -> tuple:
        return (key is None, key if axis.is_ordered and key is not None else axis.label(key).casefold())

    ordered = sorted(keys, key=by_label)
    if name == NAME:
        return ordered if not is_falling else [*(k for k in reversed(ordered) if k is not None), *_none(keys)]
    place = next(n for n, one in enumerate(wanted.measures) if one.name == name)
    sign = -1 if is_falling else 1

    def by_value(key: Any) -> tuple:
        value = totals[key][place] if key in totals else None
        return (value is None, sign * value if value is not None else 0)

    return sorted(ordered, key=by_value)


def _none(keys: Sequence[Any]) -> list[None]:
    return [None] if None in keys else []


def _check_size(wanted: Wanted, rows: Sequence[Any], columns: Sequence[Any]) -> None:
    width = len(columns) * len(wanted.measures) * (3 if wanted.compared else 1)
    if width > MOST_COLUMNS:
        sentence = _(
            "That would be %(n)s columns, and %(most)s can be read: choose another field for the columns, fewer "
            "measures, or a filter.",
            n=width,
            most=MOST_COLUMNS,
        )
        refuse("columns", sentence)
    if len(rows) > MOST_ROWS:
        sentence = _(
            "That would be %(n)s rows, and %(most)s can be read: choose another field for the rows, or a filter.",
            n=len(rows),
            most=MOST_ROWS,
        )
        refuse("rows", sentence)
