"""Asks the database for the measures of facts, grouped by up to two axes, as far as a user sees the records.

What adds up is asked once and its totals are summed here, exactly. What does not (distinct clients, medians, records
that stand under several keys) is asked anew for each total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from peewee import SQL, Case, Select, Value, fn

from core.api import CRM, InvalidInput, ReportFacts, ReportMeasure, User, fields
from core.api import gettext as _
from plugins.reports.engine.axes import Axis, expression
from plugins.reports.engine.folding import Tally, finish, fold
from plugins.reports.facts import total
from plugins.reports.funnel.types import load_ladders

MOST_GROUPS = 20_000
# What the chance of a deal to be won hangs on.
CHANCES = ("expected", "chance")
Keys = tuple[Any, ...]


@dataclass(frozen=True)
class Question:
    """Which records are asked about, by whom, and which measures of them are wanted."""

    crm: CRM
    user: User | None
    facts: ReportFacts
    measures: tuple[ReportMeasure, ...]
    conditions: Sequence[Mapping[str, Any]] = ()
    _wholes: dict[tuple[Axis, ...], dict[Keys, tuple]] = field(default_factory=dict)

    @cached_property
    def entity(self) -> Any:
        """The kind of record."""
        return fields.entity(self.crm, self.facts.entity)

    @cached_property
    def where(self) -> Any:
        """The condition of the records: those that are there, that the user sees, and that are meant."""
        wanted = [*self.facts.conditions, *self.conditions]
        return fields.alive(self.entity) & fields.condition(self.crm, self.entity, wanted, self.user)

    def adds_up(self, axes: Sequence[Axis]) -> bool:
        """Tells whether all wanted totals over these axes are the sums of their parts."""
        return not any(axis.overlaps for axis in axes) and not any(
            one.how in ("distinct", "median") for one in self.measures
        )

    def ask(self, axes: Sequence[Axis]) -> dict[Keys, tuple[Any, ...]]:
        """Returns the values of the measures, in their order, by the keys of the axes."""
        return {keys: tuple(map(finish, self.measures, tally)) for keys, tally in self._tallies(tuple(axes)).items()}

    def totals(self, axes: Sequence[Axis], kept: Sequence[Axis]) -> dict[Keys, tuple[Any, ...]]:
        """Returns the values of the measures over all keys of the axes that are not kept."""
        if not self.adds_up([axis for axis in axes if axis not in kept]):
            return self.ask(kept)
        places = [place for place, axis in enumerate(axes) if axis in kept]
        found: dict[Keys, Tally] = {}
        for keys, tally in self._tallies(tuple(axes)).items():
            own = tuple(keys[place] for place in places)
            found[own] = fold(found[own], tally) if own in found else tally
        return {keys: tuple(map(finish, self.measures, tally)) for keys, tally in found.items()}

    def _tallies(self, axes: tuple[Axis, ...]) -> dict[Keys, Tally]:
        if axes not in self._wholes:
            self._wholes[axes] = _asked(self, axes)
        return self._wholes[axes]


def _asked(question: Question, axes: tuple[Axis, ...]) -> dict[Keys, Tally]:
    """Returns the raw numbers by keys: in the order of the measures, each with as many as it is finished from."""
    size = len(question.measures)
    found: dict[Keys, list[Any]] = {}
    plain = [n for n, one in enumerate(question.measures) if one.how not in ("median", *CHANCES)]
    columns = [column for n in plain for column in _columns(question, question.measures[n])]
    # The count of records tells which groups there are.
    for keys, numbers in _grouped(question, axes, [], [fn.COUNT(SQL("*")), *columns]):
        rest = iter(numbers[1:])
        found[keys] = [None] * size
        for n in plain:
            found[keys][n] = tuple(next(rest) for _column in _columns(question, question.measures[n]))
    for n, one in enumerate(question.measures):
        if one.how == "median":
            _put(found, n, _medians(question, axes, one))
        elif one.how in CHANCES:
            _put(found, n, _chances(question, axes, one))
    empty = {"median": (None,)}
    return {
        keys: tuple(
            empty.get(one.how, (0, 0)) if raw is None else raw for one, raw in zip(question.measures, raws, strict=True)
        )
        for keys, raws in found.items()
    }


def _put(found: dict[Keys, list[Any]], n: int, values: Mapping[Keys, Any]) -> None:
    for keys, value in values.items():
        if keys in found:
            found[keys][n] = value


def _columns(question: Question, one: ReportMeasure) -> list[Any]:
    """Returns the aggregates that one measure is finished from."""
    holds = _holds(question, one.conditions)
    if one.how == "count":
        return [fn.COUNT(SQL("*")) if holds is None else fn.SUM(Case(None, [(holds, 1)], 0))]
    if one.how == "share":
        among = _holds(question, one.among)
        whole = fn.COUNT(SQL("*")) if among is None else fn.SUM(Case(None, [(among, 1)], 0))
        both = [part for part in (holds, among) if part is not None]
        return [fn.SUM(Case(None, [(both[0] if len(both) == 1 else both[0] & both[1], 1)], 0)), whole]
    column, is_units = _value(question, one)
    if holds is not None:
        column = Case(None, [(holds, column)])
    if one.how == "distinct":
        return [fn.COUNT(column.distinct() if hasattr(column, "distinct") else fn.DISTINCT(column))]
    added = total(column) if is_units else fn.SUM(column)
    return [added] if one.how == "sum" else [added, fn.COUNT(column)]


def _value(question: Question, one: ReportMeasure) -> tuple[Any, bool]:
    """Returns the expression of a measure's field on the record, and whether it is exact units of money."""
    step = fields.resolve(question.crm, question.entity, one.path)
    if step.links:
        raise InvalidInput(_("“%(name)s” can't be summed through a link.", name=one.path))
    return step.field.of(question.entity.model), step.field.kind == "money" and not step.field.json_key


def _holds(question: Question, conditions: Sequence[Mapping[str, Any]]) -> Any:
    if not conditions:
        return None
    return fields.condition(question.crm, question.entity, [dict(one) for one in conditions], None)


def _grouped(question: Question, axes: Sequence[Axis], more: list[Any], sums: list[Any]) -> list[tuple[Keys, tuple]]:
    """Returns the rows of a grouped query: the keys of the axes (and of `more`), and the sums."""
    query, keys = _keyed(question, axes)
    keys += more
    query = query.select(*keys, *sums).limit(MOST_GROUPS + 1)
    if keys:
        query = query.group_by(*(SQL(str(place)) for place in range(1, len(keys) + 1)))
    rows = question.crm.database.execute(query).fetchall()
    if len(rows) > MOST_GROUPS:
        raise InvalidInput(
            _("That would be more than %(n)s cells: choose other rows or columns, or a filter.", n=MOST_GROUPS)
        )
    return [(row[: len(keys)], row[len(keys) :]) for row in rows]


def _keyed(question: Question, axes: Sequence[Axis]) -> tuple[Any, list[Any]]:
    model = question.entity.model
    query, keys = model.select(model.id).where(question.where), []
    for axis in axes:
        query, key = expression(question.crm, question.facts, axis, query, question.user)
        keys.append(key)
    return query, keys


def _medians(question: Question, axes: tuple[Axis, ...], one: ReportMeasure) -> dict[Keys, tuple[Any]]:
    """Returns the medians by keys: the mean of the one or two values in the middle of each group's order."""
    value, _is_units = _value(question, one)
    query, keys = _keyed(question, axes)
    names = [f"k{place}" for place in range(len(keys))]
    window = {"partition_by": keys} if keys else {}
    place = fn.ROW_NUMBER().over(order_by=[value], **window).alias("place")
    count = fn.COUNT(SQL("*")).over(**window).alias("size")
    holds = _holds(question, one.conditions)
    query = query.select(
        *(key.alias(name) for key, name in zip(keys, names, strict=True)), value.alias("v"), place, count
    )
    query = query.where(value.is_null(False) if holds is None else holds & value.is_null(False))
    inner = query.alias("ordered")
    columns = [getattr(inner.c, name) for name in names]
    middle = (inner.c.place * 2 >= inner.c.size) & (inner.c.place * 2 <= inner.c.size + 2)
    outer = Select((inner,), (*columns, fn.AVG(inner.c.v))).where(middle)
    if columns:
        outer = outer.group_by(*columns)
    rows = question.crm.database.execute(outer.bind(question.crm.database)).fetchall()
    return {row[:-1]: (row[-1],) for row in rows}


def _chances(question: Question, axes: tuple[Axis, ...], one: ReportMeasure) -> dict[Keys, tuple[Any, Any]]:
    """Returns by keys the sum weighted with each deal's chance to be won, and the sum: of money, or of deals."""
    model, ladders = question.entity.model, load_ladders(question.crm)[0]
    holds = _holds(question, one.conditions)
    weight: Any = Value(1, converter=False) if not one.path else _value(question, one)[0]
    column = weight if holds is None else Case(None, [(holds, weight)], None)
    found: dict[Keys, tuple[Any, Any]] = {}
    for keys, (number,) in _grouped(question, axes, [model.type_version, model.place], [total(column)]):
        *own, version, place = keys
        ladder = ladders.get(version)
        chance = None if ladder is None or place is None else ladder.chance_from(place)
        if chance is None or number is None:
            continue
        weighted, whole = found.get(tuple(own), (Fraction(0), 0))
        found[tuple(own)] = (weighted + chance * int(number), whole + int(number))
    return found
