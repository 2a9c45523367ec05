"""What a report of one's own is asked for: facts, axes, measures, order, period; read from its parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.api import CRM, InvalidInput, ReportFacts, ReportMeasure, User, fields, require
from core.api import gettext as _
from plugins.reports.engine.axes import Axis, find_axis
from plugins.reports.engine.facts import FACTS, get_facts
from plugins.reports.settings.parameters import Settings, refuse
from plugins.reports.settings.periods import Period

PARAMETERS = (FACTS, "rows", "columns", "measures", "moment", "sort")
USUAL_MEASURES = 2
MOST_MEASURES = 12
NAME = "name"


@dataclass(frozen=True)
class Wanted:
    """The settings as the engine takes them; `moment` is the path of the time that the period means, empty for none."""

    facts: ReportFacts
    rows: Axis | None
    columns: Axis | None
    measures: tuple[ReportMeasure, ...]
    moment: str
    sort: str
    period: Period
    compared: Period | None
    conditions: tuple[Mapping[str, Any], ...]

    @property
    def axes(self) -> list[Axis]:
        """The axes there are: rows first."""
        return [axis for axis in (self.rows, self.columns) if axis is not None]

    def during(self, period: Period) -> list[Mapping[str, Any]]:
        """Returns the conditions of the records of a period, filters among them."""
        return [*self.conditions, *between(self.moment, period)]


def read_wanted(crm: CRM, user: User | None, settings: Settings) -> Wanted:
    """Returns what the settings want; raises InvalidInput, naming the parameter, for what can't be used.

    Raises NotAllowed where the user may not see facts of this kind at all.
    """
    given = {name: value[-1] if isinstance(value, list) else value for name, value in settings.given.items()}
    facts = get_facts(crm, given.get(FACTS, ""))
    if user is not None and facts.permission:
        require(user, facts.permission)
    moment = _moment(facts, given.get("moment", ""))
    if not moment and (settings.period != Period() or settings.compared):
        refuse("period", _("These facts have no time that a period could mean."))
    usual = "" if {"rows", "columns"} & set(given) else facts.dimensions[0] if facts.dimensions else ""
    rows = find_axis(crm, facts, given.get("rows", usual), moment, "rows")
    columns = find_axis(crm, facts, given.get("columns", ""), moment, "columns")
    if rows is not None and columns is not None and rows.path == columns.path:
        refuse("columns", _("Rows and columns are the same: choose another field for one of them."))
    given_measures = settings.given.get("measures", ())
    measures = read_measures(facts, [given_measures] if isinstance(given_measures, str) else given_measures)
    return Wanted(
        facts,
        rows,
        columns,
        measures,
        moment,
        _sort(given.get("sort", ""), measures),
        settings.period,
        settings.compared,
        settings.conditions,
    )


def between(moment: str, period: Period) -> list[dict[str, Any]]:
    """Returns the conditions that keep the records whose moment lies in the period."""
    if period.is_bounded:
        return [{"field": moment, "op": "between", "value": [str(period.first), str(period.last)]}]
    if period.first:
        return [{"field": moment, "op": "greater_equal", "value": str(period.first)}]
    return [{"field": moment, "op": "less_equal", "value": str(period.last)}] if period.until else []


def offered_measures(crm: CRM, facts: ReportFacts) -> dict[str, str]:
    """Returns the measures of facts, as name and label; those whose field is gone are left out."""
    found = {}
    for one in facts.measures:
        try:
            if one.path:
                fields.resolve(crm, fields.entity(crm, facts.entity), one.path)
        except InvalidInput:
            continue
        found[one.name] = str(one.label)
    return found


def read_measures(facts: ReportFacts, values: Sequence[str]) -> tuple[ReportMeasure, ...]:
    """Returns the measures named, by one name or several with commas; the usual ones if there is none."""
    names = dict.fromkeys(name.strip() for value in values for name in value.split(",") if name.strip())
    known = {one.name: one for one in facts.measures}
    for name in names:
        if name not in known:
            sentence = _("There is no measure “%(name)s”; known are %(known)s.", name=name, known=", ".join(known))
            refuse("measures", sentence)
    if len(names) > MOST_MEASURES:
        refuse("measures", _("At most %(n)s measures fit beside each other.", n=MOST_MEASURES))
    return tuple(known[name] for name in names) or _usual(facts)


def _moment(facts: ReportFacts, name: str) -> str:
    if not name:
        return facts.moments[0] if facts.moments else ""
    if name not in facts.moments:
        known = ", ".join(facts.moments) or "—"
        refuse("moment", _("“%(name)s” is not a time of these facts; known are %(known)s.", name=name, known=known))
    return name


def _usual(facts: ReportFacts) -> tuple[ReportMeasure, ...]:
    """Returns the first measure and the first sum: how many, and how much."""
    sums = [one for one in facts.measures[1:] if one.how == "sum"]
    return (facts.measures[0], *sums)[:USUAL_MEASURES]


def _sort(given: str, measures: Sequence[ReportMeasure]) -> str:
    known = (NAME, *(one.name for one in measures))
    if given and given.removeprefix("-") not in known:
        refuse("sort", _("“%(name)s” can't be sorted by; use one of %(known)s.", name=given, known=", ".join(known)))
    return given


def title_of_moment(crm: CRM, facts: ReportFacts, moment: str) -> str:
    """Returns what a time of the facts is called."""
    return fields.label_of(crm, fields.entity(crm, facts.entity), moment)
