"""What the page of a report of one's own offers to choose: facts, rows, columns, measures, time, order."""

from collections.abc import Sequence
from typing import Any

from core.api import CRM, InvalidInput, ReportFacts, Text, fields, lazy
from plugins.reports.engine.axes import TIMES, title_of
from plugins.reports.engine.facts import FACTS, all_facts, get_facts
from plugins.reports.engine.wanted import NAME, offered_measures, read_measures, title_of_moment

GROUPING = ("choice", "multichoice", "bool", "user", "link")
Options = list[tuple[str, Text]]


def offered(crm: CRM, given: dict[str, str]) -> dict[str, tuple[Text, Options]]:
    """Returns the menus by parameter: their label, and what can be chosen of the facts that are chosen now."""
    facts = _facts(crm, given)
    dimensions = _dimensions(crm, facts)
    sorts = [(f"-{name}", label) for name, label in offered_measures(crm, facts).items()]
    return {
        FACTS: (lazy("What is counted"), [(one.name, one.label) for one in all_facts(crm)]),
        "rows": (lazy("Rows by"), dimensions),
        "columns": (lazy("Columns by"), [("", lazy("nothing")), *dimensions]),
        "moment": (lazy("Period of"), [(one, title_of_moment(crm, facts, one)) for one in facts.moments]),
        "sort": (lazy("Order"), [("", lazy("as usual")), (NAME, lazy("by name")), *sorts]),
    }


def measures(crm: CRM, given: Sequence[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Returns the measures to tick: name, label, whether it is chosen."""
    facts = _facts(crm, dict(given))
    try:
        chosen = read_measures(facts, [value for name, value in given if name == "measures"])
    except InvalidInput:
        chosen = ()
    names = [one.name for one in chosen]
    return [(name, label, name in names) for name, label in offered_measures(crm, facts).items()]


def usual_choice(crm: CRM, name: str, given: dict[str, str]) -> str:
    """Returns what a menu shows as chosen where nothing is given."""
    facts = _facts(crm, given)
    usual = {FACTS: facts.name, "moment": facts.moments[:1], "rows": facts.dimensions[:1]}.get(name, "")
    return usual if isinstance(usual, str) else "".join(usual)


def _dimensions(crm: CRM, facts: ReportFacts) -> Options:
    """Returns the dimensions offered first, parts of time, then all other fields, those of the client among them."""
    found: dict[str, Any] = {}
    for name in (*facts.dimensions, *(TIMES if facts.moments else ()), *_others(crm, facts)):
        try:
            found.setdefault(name, title_of(crm, facts, name))
        except InvalidInput:
            continue
    return list(found.items())


def _others(crm: CRM, facts: ReportFacts) -> list[str]:
    start = fields.entity(crm, facts.entity)
    client = start.by_name.get("client")
    own = [one.name for one in start.fields if _is_offered(crm, start, one.name, one.kind)]
    if client is None or client.target != "client":
        return own
    paths = [(f"client.{one.name}", one.kind) for one in fields.entity(crm, "client").fields]
    return own + [path for path, kind in paths if _is_offered(crm, start, path, kind)]


def _is_offered(crm: CRM, start: Any, path: str, kind: str) -> bool:
    """Tells whether a field parts records into few enough groups to be offered, and into groups at all."""
    is_added = "." in path.removeprefix("client.")
    if kind not in GROUPING and not (is_added and kind == "text"):
        return False
    try:
        step, _part = fields.group_field(crm, start, path)
    except InvalidInput:
        return False
    return step.field.words is None


def _facts(crm: CRM, given: dict[str, str]) -> ReportFacts:
    try:
        return get_facts(crm, given.get(FACTS, ""))
    except InvalidInput:
        return get_facts(crm, "")
