"""Which records stand behind a number of a report of one's own: conditions that their list understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.api import CRM, ReportMeasure
from plugins.reports.engine.asking import ALL, moved_back
from plugins.reports.engine.axes import Axis, condition_of
from plugins.reports.engine.wanted import Wanted
from plugins.reports.history.clients_of import CLIENT, DEAL, records_link
from plugins.reports.links import as_query


@dataclass(frozen=True)
class Behind:
    """Makes the queries of the list behind cells; what is the same for all of them is found once."""

    crm: CRM
    wanted: Wanted
    _known: dict[tuple[str, Any], Mapping[str, Any]] = field(default_factory=dict)

    def query(self, row: Any, column: Any, measure: ReportMeasure, *, is_before: bool = False) -> str:
        """Returns the address of the list of the records of a cell that count for a measure.

        `is_before` asks for those of the period compared. Where distinct clients or deals are counted, it is the list
        of those.
        """
        wanted = self.wanted
        period = wanted.compared if is_before and wanted.compared else wanted.period
        conditions = [*wanted.facts.conditions, *wanted.during(period)]
        for axis, key, back in zip((wanted.rows, wanted.columns), (row, column), self._back, strict=True):
            if axis is not None and key is not ALL:
                conditions.append(self._of(axis, back.get(key, key) if is_before else key))
        counted = measure.among if measure.how == "share" else measure.conditions
        found = [dict(one) for one in (*conditions, *counted)]
        if measure.how == "distinct" and measure.path in (CLIENT, DEAL):
            link = records_link(measure.path, self.wanted.facts.entity, found)
            if link:
                return link
        query = as_query(found)
        return f"{self.wanted.facts.list_address}?{query}"

    @cached_property
    def _back(self) -> tuple[dict[Any, Any], dict[Any, Any]]:
        return moved_back(self.wanted, self.wanted.rows), moved_back(self.wanted, self.wanted.columns)

    def _of(self, axis: Axis, key: Any) -> Mapping[str, Any]:
        if (axis.path, key) not in self._known:
            self._known[axis.path, key] = condition_of(self.crm, self.wanted.facts, axis, key)
        return self._known[axis.path, key]
