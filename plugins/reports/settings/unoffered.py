"""What a setting is called that no menu offers: an address can name any field, any span of days, a type by number."""

from collections.abc import Mapping

from core.api import CRM, InvalidInput, fields
from core.api import gettext as _
from plugins.reports.dimensions import words_of
from plugins.reports.engine.axes import title_of
from plugins.reports.engine.facts import FACTS, get_facts
from plugins.reports.engine.wanted import offered_measures


def name_of(crm: CRM, setting: str, value: str, given: Mapping[str, str], *, is_own: bool) -> str:
    """Returns what the value of a setting is called, or that nobody knows it; never the bare key.

    `is_own` says that the setting is one of a report of one's own, whose facts `given` names.
    """
    try:
        if is_own and setting in ("rows", "columns"):
            return str(title_of(crm, get_facts(crm, given.get(FACTS, "")), value))
        if is_own and setting == "sort":
            return _order(crm, value, given)
        if setting in ("by", "columns"):
            return words_of(crm, value)
        if setting == "period" and fields.period_label(value) != value:
            return fields.period_label(value)
    except InvalidInput:
        return unknown(value)
    return unknown(value)


def unknown(value: str) -> str:
    """Returns the words for what is not there, or not any more."""
    return _("“%(name)s”, which is not there", name=value)


def _order(crm: CRM, value: str, given: Mapping[str, str]) -> str:
    known = {"name": _("by name")} | offered_measures(crm, get_facts(crm, given.get(FACTS, "")))
    label = known.get(value.removeprefix("-"))
    if label is None:
        return unknown(value)
    return _("%(name)s, from the end", name=label) if value == "-name" else _("%(name)s, the least first", name=label)
