"""The axes of a report of one's own: any field of its facts, or of what they link to, in rows or columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from core.api import CRM, InvalidInput, ReportFacts, Text, User, fields
from core.api import gettext as _
from plugins.reports.dimensions import OFFERED, in_parts
from plugins.reports.dimensions import PARTS as TIMES
from plugins.reports.settings.periods import Period

# Who answers for a record, by the name of the field: each kind of record has one of them.
_PEOPLE = ("owner", "user", "responsible")
_UNFIT = ("money",)
MOST_PARTS = 400


@dataclass(frozen=True)
class Axis:
    """One axis: the path that the database groups by, and how its keys stand in order.

    `part` is month and the like for days and moments. `overlaps` says that a record may stand under several keys.
    """

    name: str
    title: Text
    path: str
    part: str = ""
    is_ordered: bool = False
    overlaps: bool = False
    labels: Mapping[Any, str] = field(default_factory=dict, compare=False)

    def label(self, key: Any) -> str:
        """Returns what a key is called."""
        return str(self.labels.get(key, key))

    def parts(self, period: Period) -> list[str]:
        """Returns the keys of all parts of time that a bounded period touches, in order."""
        if not self.part or not period.is_bounded:
            return []
        found, first = [], fields.first_day(self.part, period.first)
        while first < period.until and len(found) <= MOST_PARTS:
            found.append(str(first))
            first = fields.next_first_day(self.part, first)
        return found


def find_axis(crm: CRM, facts: ReportFacts, name: str, moment: str, parameter: str) -> Axis | None:
    """Returns the axis of a name, None for the empty one; raises InvalidInput for what can't be grouped by.

    `moment` is the path whose month or year is meant; `parameter` is named in a refusal.
    """
    if not name:
        return None
    start = fields.entity(crm, facts.entity)
    path = path_of(crm, facts, name, moment)
    try:
        step, part = fields.group_field(crm, start, path)
    except InvalidInput as error:
        raise _refused(facts, name, parameter) from error
    if step.field.kind in _UNFIT:
        raise _refused(facts, name, parameter)
    is_number = step.field.kind == "number"
    return Axis(name, title_of(crm, facts, name), path, part, bool(part) or is_number, step.field.members is not None)


def path_of(crm: CRM, facts: ReportFacts, name: str, moment: str) -> str:
    """Returns the path that a dimension's name means: `month` is of the moment, `team` of who answers for it."""
    if name in TIMES:
        return f"{moment or (facts.moments or ('',))[0]}:{name}"
    known = fields.entity(crm, facts.entity).by_name
    if name in ("manager", "team"):
        person = next((one for one in _PEOPLE if one in known), "owner")
        return f"{person}.team" if name == "team" else person
    return name


def title_of(crm: CRM, facts: ReportFacts, name: str) -> Text:
    """Returns what a dimension is called: shortly where it has a short name, else as its path."""
    if name in TIMES or name in ("manager", "team"):
        return TIMES.get(name) or OFFERED["owner" if name == "manager" else "team"]
    path, _colon, part = path_of(crm, facts, name, "").partition(":")
    return in_parts(fields.label_of(crm, fields.entity(crm, facts.entity), path), part)


def named(crm: CRM, facts: ReportFacts, axis: Axis | None, keys: Iterable[Any]) -> Axis | None:
    """Returns the axis with what its keys are called; two of one name are told apart by their numbers."""
    if axis is None:
        return None
    wanted = list(dict.fromkeys(keys))
    labels = fields.group_labels(crm, fields.entity(crm, facts.entity), axis.path, wanted)
    names = list(labels.values())
    return replace(
        axis, labels={k: f"{label} ({k})" if names.count(label) > 1 else label for k, label in labels.items()}
    )


def condition_of(crm: CRM, facts: ReportFacts, axis: Axis, key: Any) -> dict[str, Any]:
    """Returns the condition that keeps exactly the records of one key."""
    return fields.group_condition(crm, fields.entity(crm, facts.entity), axis.path, key)


def expression(crm: CRM, facts: ReportFacts, axis: Axis, query: Any, user: User | None) -> tuple[Any, Any]:
    """Returns the query, with the joins that the axis needs, and the expression of its keys."""
    return fields.group_expression(crm, fields.entity(crm, facts.entity), axis.path, query, user)


def day_of(key: str) -> date:
    """Returns the first day of a part of time."""
    return date.fromisoformat(key)


def _refused(facts: ReportFacts, name: str, parameter: str) -> InvalidInput:
    known = ", ".join((*facts.dimensions, *(TIMES if facts.moments else ())))
    sentence = _("Nothing can be grouped by “%(name)s” here. Use a field such as %(known)s.", name=name, known=known)
    return InvalidInput(sentence, fields={parameter: [sentence]})
