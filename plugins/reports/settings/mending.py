"""What is left of settings when something that they name is gone: a property was retired, a plugin is off."""

from collections.abc import Callable, Sequence
from functools import partial

from core.api import CRM, InvalidInput, Report, User, fields, lazy
from core.api import gettext as _
from plugins.reports.dimensions import MONTHS, find_dimension
from plugins.reports.engine.facts import FACTS, known_facts
from plugins.reports.engine.wanted import read_wanted
from plugins.reports.settings.conditions import PARAMETER, read_condition, read_conditions
from plugins.reports.settings.parameters import Settings, read_types
from plugins.reports.settings.periods import Period

Pair = tuple[str, str]
# What names something to count or to part by, as the page calls it.
CHOSEN = {
    FACTS: lazy("What is counted"),
    "by": lazy("Rows by"),
    "rows": lazy("Rows by"),
    "columns": lazy("Columns by"),
    "measures": lazy("Numbers"),
    "moment": lazy("Period of"),
    "type": lazy("Deal type"),
}


def usable(crm: CRM, user: User, report: Report, pairs: Sequence[Pair]) -> tuple[list[Pair], list[str]]:
    """Returns the settings that can still be used, and a sentence for each that can't.

    Only what names fields and records is looked at; a wrong period or indicator stays for the report to refuse.
    """
    kept: list[Pair] = []
    sentences: list[str] = []
    chosen, of = known_facts(crm, report, pairs)
    for name, value in pairs:
        for part in _parts(name, value, sentences):
            try:
                _check_of(report, name, of, chosen)(crm, user, name, part)
            except InvalidInput as error:
                sentences.append(_sentence(name, part, error))
            else:
                kept.append((name, part))
    return kept, sentences


def _parts(name: str, value: str, sentences: list[str]) -> list[str]:
    """Returns the single conditions of a filter, which may be a list of them; of all else, the value."""
    if name != PARAMETER:
        return [value]
    try:
        return [fields.as_text(one) for one in read_conditions(value)]
    except InvalidInput as error:
        sentences.append(str(error))
        return []


def _sentence(name: str, value: str, error: InvalidInput) -> str:
    """Returns a sentence for a reader: what a refusal lists beside it are names for addresses and commands."""
    label = CHOSEN.get(name)
    return (
        str(error) if label is None else _("%(setting)s: “%(name)s” is not there any more.", setting=label, name=value)
    )


def _check_of(report: Report, name: str, of: str, chosen: str) -> Callable[[CRM, User, str, str], object]:
    if name == PARAMETER:
        return partial(_check_filter, of)
    if FACTS in report.parameters and name in (FACTS, "rows", "columns", "measures", "moment"):
        return partial(_check_own, chosen)
    if name in ("by", "columns"):
        return _check_dimension
    if name == "type":
        return lambda crm, _user, _name, value: read_types(crm, [value])
    return _check_nothing if name in report.parameters else partial(_check_named, of)


def _check_filter(of: str, crm: CRM, user: User, _name: str, value: str) -> None:
    fields.condition(crm, fields.entity(crm, of), read_conditions(value), user)


def _check_named(of: str, crm: CRM, user: User, name: str, value: str) -> None:
    fields.condition(crm, fields.entity(crm, of), [read_condition(crm, user, name, [value], of)], user)


def _check_dimension(crm: CRM, user: User, _name: str, value: str) -> None:
    if value not in MONTHS:
        find_dimension(crm, user, value, Period())


def _check_own(facts: str, crm: CRM, user: User, name: str, value: str) -> None:
    """Raises InvalidInput for a setting of one's own report that does not fit the facts that are chosen."""
    read_wanted(crm, user, Settings(report="", given={FACTS: facts, name: value}))


def _check_nothing(_crm: CRM, _user: User, _name: str, _value: str) -> None:
    """Leaves a parameter to the report."""
