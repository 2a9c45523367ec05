"""Which records stand behind a number of a report of one's own: conditions that their list understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.api import CRM, ReportMeasure
from plugins.reports.engine.asking import ALL
from plugins.reports.engine.axes import Axis, condition_of
from plugins.reports.engine.wanted import Wanted
from plugins.reports.history.clients_of import clients_link
from plugins.reports.links import as_query


@dataclass(frozen=True)
class Behind:
    """Makes the queries of the list behind cells; what is the same for all of them is found once."""

    crm: CRM
    wanted: Wanted
    _known: dict[tuple[str, Any], Mapping[str, Any]] = field(default_factory=dict)

    def query(self, row: Any, column: Any, measure: ReportMeasure) -> str:
        """Returns the address of the list of the records of a cell that count for a measure.

        Where the distinct clients of deals are counted, it is the list of those clients.
        """
        conditions = [*self.wanted.facts.conditions, *self.wanted.during(self.wanted.period)]
        for axis, key in ((self.wanted.rows, row), (self.wanted.columns, column)):
            if axis is not None and key is not ALL:
                conditions.append(self._of(axis, key))
        counted = measure.among if measure.how == "share" else measure.conditions
        found = [dict(one) for one in (*conditions, *counted)]
        is_of_clients = (self.wanted.facts.entity, measure.how, measure.path) == ("deal", "distinct", "client")
        if is_of_clients and (link := clients_link(found)):
            return link
        query = as_query(found)
        return f"{self.wanted.facts.list_address}?{query}"

    def _of(self, axis: Axis, key: Any) -> Mapping[str, Any]:
        if (axis.path, key) not in self._known:
            self._known[axis.path, key] = condition_of(self.crm, self.wanted.facts, axis, key)
        return self._known[axis.path, key]
