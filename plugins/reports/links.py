"""Which list of deals stands behind a number: conditions that the list of deals understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from core.api import CRM, bulk, fields
from plugins.reports.dimensions import Dimension
from plugins.reports.funnel.counts import FINAL, FURTHEST
from plugins.reports.funnel.credit import is_by_stage
from plugins.reports.history.behind import conditions_of
from plugins.reports.settings.parameters import COMPARED, PERIOD, RESPONSIBLE, Settings
from plugins.reports.settings.periods import Period

Conditions = list[dict[str, Any]]
DAYS = (*PERIOD, *COMPARED)


@dataclass(frozen=True)
class Linker:
    """Makes the conditions behind cells; what no list can tell the report itself finds again."""

    crm: CRM
    settings: Settings
    _keys: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)

    @cached_property
    def _deals(self) -> Any:
        return fields.entity(self.crm, "deal")

    def closed(self, row: Any, cell: str, dimension: Dimension | None) -> Conditions | None:
        """Returns the conditions of a cell of the closed funnel: reached, passed, lost or skipped at a stage."""
        if not getattr(row, cell):
            return None
        is_credited = is_by_stage(self.settings, dimension)
        if row.stage_id is not None and (is_credited or self.settings.counting == FURTHEST):
            way = RESPONSIBLE if is_credited else FURTHEST
            return self._closed_again({"what": cell, "as": way, **_place(row, dimension)})
        found = [*self._own(row), *self._period()]
        if row.stage_id is None:
            state = {"passed": "won", "lost": "lost"}.get(cell)
            found.append(_is("state", state) if state else {"field": "state", "op": "in", "value": ["won", "lost"]})
        elif self.settings.counting == FINAL or cell == "lost":
            found.append(_is("lost_at" if cell == "lost" else cell, row.stage_id))
        else:
            found += [{"field": "state", "op": "in", "value": ["won", "lost"]}, _is("stood_at", row.stage_id)]
            if cell == "passed":
                found.append({"field": "lost_at", "op": "not_equal", "value": row.stage_id})
        return self._with_key(found, row, dimension)

    def open(self, row: Any, dimension: Dimension | None) -> Conditions | None:
        """Returns the conditions of the deals that stand at a stage now, or stood there at the moment asked for."""
        if not row.count:
            return None
        if self.settings.as_of is not None:
            return self._stood(row, dimension)
        found = [*self._own(row), _is("state", "open"), _is("is_on_hold", False)]
        found.append(_is("stage", row.stage_id) if row.stage_id else {"field": "stage", "op": "empty"})
        return self._with_key(found, row, dimension)

    def _closed_again(self, cell: dict[str, Any]) -> Conditions | None:
        # The period is written by its days: that of a number compared with is not the one that was asked for.
        given = {name: value for name, value in self.settings.given.items() if name not in DAYS}
        ends = {"from": self.settings.period.first, "to": self.settings.period.until}
        given |= {name: str(day) for name, day in ends.items() if day}
        return conditions_of(replace(self.settings, given=given), cell)

    def _stood(self, row: Any, dimension: Dimension | None) -> Conditions | None:
        moment = bulk.to_microseconds(self.settings.as_of)
        return conditions_of(self.settings, {"at": moment, **_place(row, dimension)})

    def closed_whole(self, state: str = "") -> Conditions:
        """Returns the conditions of all deals closed in the period, or of those won or lost."""
        types = [self._types(self.settings.type_ids)] if self.settings.type_ids else []
        state_is = _is("state", state) if state else {"field": "state", "op": "in", "value": ["won", "lost"]}
        return [*self.settings.conditions, *types, *self._period(), state_is]

    def opened_whole(self) -> Conditions:
        """Returns the conditions of all deals opened in the period."""
        types = [self._types(self.settings.type_ids)] if self.settings.type_ids else []
        return [*self.settings.conditions, *types, *self._period("opened_at")]

    def open_whole(self, *, is_on_hold: bool = False) -> Conditions:
        """Returns the conditions of all deals that are open now and not on hold, or of those that are."""
        types = [self._types(self.settings.type_ids)] if self.settings.type_ids else []
        return [*self.settings.conditions, *types, _is("state", "open"), _is("is_on_hold", is_on_hold)]

    def stood_whole(self, *, is_on_hold: bool = False) -> Conditions | None:
        """Returns the same as of the moment asked for, if there is one."""
        if self.settings.as_of is None:
            return self.open_whole(is_on_hold=is_on_hold)
        cell = {"at": bulk.to_microseconds(self.settings.as_of)} | ({"held": 1} if is_on_hold else {})
        return conditions_of(self.settings, cell)

    def _own(self, row: Any) -> Conditions:
        type_ids = row.frame.type_ids
        if row.stage_id is None:
            type_ids = tuple(sorted({ladder.type_id for ladder in row.frame.ladders if not ladder.steps}))
        return [*self.settings.conditions, self._types(type_ids)]

    def _types(self, type_ids: tuple[int, ...]) -> dict[str, Any]:
        if len(type_ids) == 1:
            return _is("type", type_ids[0])
        return {"field": "type", "op": "in", "value": list(type_ids)}

    def _period(self, moment: str = "closed_at") -> Conditions:
        return on_days(moment, self.settings.period)

    def _with_key(self, found: Conditions, row: Any, dimension: Dimension | None) -> Conditions | None:
        return found if dimension is None else self.with_key(found, row.key, dimension)

    def with_key(self, found: Conditions, key: Any, dimension: Dimension) -> Conditions | None:
        """Returns the conditions with that of a key of the dimension, or None where no list can tell it."""
        if dimension.parts:
            part = dimension.parts[key]
            moment = dimension.path.partition(":")[0]
            days = {"field": moment, "op": "between", "value": [str(part.first), str(part.last)]}
            return [*(one for one in found if one["field"] != moment), days]
        if not dimension.path:
            return None
        known = self._keys.setdefault(dimension.path, {})
        if key not in known:
            known[key] = fields.group_condition(self.crm, self._deals, dimension.path, key)
        return [*found, known[key]]


def _place(row: Any, dimension: Dimension | None) -> dict[str, Any]:
    """Returns the types, the stage and the key of a row as the cell of a link writes them."""
    found = {"type": ",".join(map(str, row.frame.type_ids)), "stage": row.stage_id or ""}
    return found if dimension is None else found | {"by": dimension.name, "key": "" if row.key is None else row.key}


def on_days(moment: str, period: Period) -> Conditions:
    """Returns the condition that a moment lies on the days of the period, none for all time."""
    if period.is_bounded:
        return [{"field": moment, "op": "between", "value": [str(period.first), str(period.last)]}]
    if period.first:
        return [{"field": moment, "op": "greater_equal", "value": str(period.first)}]
    return [{"field": moment, "op": "less_equal", "value": str(period.last)}] if period.until else []


def as_query(conditions: Conditions) -> str:
    """Returns the conditions as the query of the address of the list of deals."""
    return "&".join([_encoded(one) for one in conditions]) or "all=1"


def _encoded(condition: Mapping[str, Any]) -> str:
    try:
        return _kept(tuple(condition), *condition.values())
    except TypeError:  # a list of values has no hash
        return _of_address(condition)


# Of the conditions behind the cells of a matrix each stands behind many. False is another value than 0: hence `typed`.
@lru_cache(maxsize=10_000, typed=True)
def _kept(names: tuple[str, ...], *values: Any) -> str:
    return _of_address(dict(zip(names, values, strict=True)))


def _of_address(condition: Mapping[str, Any]) -> str:
    return urlencode({"f": fields.as_text(condition)}, safe=fields.SAFE)


def without_rate(conditions: Conditions) -> Conditions:
    """Returns the conditions of those of the deals whose potential has no exchange rate."""
    return [*conditions, _is("is_without_rate", True)]


def as_links(cells: Mapping[str, Conditions | None]) -> dict[str, str]:
    """Returns the queries of the cells that have one."""
    return {name: as_query(conditions) for name, conditions in cells.items() if conditions is not None}


def _is(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": "equal", "value": value}
