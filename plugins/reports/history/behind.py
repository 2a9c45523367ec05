"""The deals behind a number that no condition on their present state could tell: a field of deals that links bring.

Its value names the report, its settings and the cell, as the query of an address; the report then finds the deals
again, as it counted them. So the list of deals opens them, with all that it can do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from peewee import Expression

from core.api import CRM, InvalidInput, RecordField, User, bulk, fields, format_moment, lazy
from core.api import gettext as _
from plugins.reports.settings.parameters import Settings

FIELD = "reports.behind"
LONGEST = 1_000  # as long as a text of a condition may be
# What a cell raises that lacks a part, or has one that is no number or no moment.
UNREADABLE = (KeyError, ValueError, OverflowError)
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Behind:
    """How one report finds the deals of a cell, and says in words which they are; a cell is told by texts.

    A report `of_past` also counts what was deleted since, so its cells open that too. `moment` names the part of a cell
    that is a moment, to be said too.
    """

    find: Callable[[CRM, User | None, Settings, Mapping[str, str], Any], Expression]
    words: Callable[[Mapping[str, str]], str]
    of_past: bool = False
    moment: str = ""

    def said(self, crm: CRM, cell: Mapping[str, str]) -> str:
        """Returns in words which deals those of a cell are."""
        if not self.moment:
            return self.words(cell)
        moment = bulk.from_microseconds(int(cell[self.moment]))
        return f"{self.words(cell)} {format_moment(moment, crm.config.zone)}"


def conditions_of(settings: Settings, cell: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Returns the condition that leads to the deals of a cell, or None where the settings are too long for a link."""
    pairs = [("report", settings.report), *((f"_{name}", str(value)) for name, value in cell.items())]
    for name, given in settings.given.items():
        pairs += [(name, value) for value in (given if isinstance(given, list) else [given])]
    value = urlencode(pairs)
    return [{"field": FIELD, "op": "equal", "value": value}] if len(value) <= LONGEST else None


def record_field(
    crm: CRM, known: Callable[[], Mapping[str, Behind]], read: Callable[..., Settings], entity: str = "deal"
) -> RecordField:
    """Returns the field; `known` tells by the reports' names how each finds its deals, `read` reads its settings."""

    def test(source: Any, op: str, operand: Any, user: Any) -> Expression:
        report, cell, pairs = _read(str(operand))
        behind = known().get(report)
        if op != "equal" or behind is None:
            raise _unknown()
        try:
            found = behind.find(crm, user, read(crm, user, report, pairs), cell, source)
        except UNREADABLE as error:
            raise _unknown() from error
        start = fields.entity(crm, entity)
        found &= fields.condition(crm, start, (), user, source)
        return found if behind.of_past else found & fields.alive(start, source)

    def words(value: str, _user: User | None) -> str:
        report, cell, _pairs = _read(value)
        behind = known().get(report)
        try:
            return behind.said(crm, cell) if behind else report
        except UNREADABLE:
            return report

    return RecordField(entity, fields.Field(FIELD, lazy("From a report"), "text", test=test, words=words, leads=True))


def _read(value: str) -> tuple[str, dict[str, str], Pairs]:
    pairs = parse_qsl(value, keep_blank_values=True)
    report = next((value for name, value in pairs if name == "report"), "")
    cell = {name[1:]: value for name, value in pairs if name.startswith("_")}
    return report, cell, [pair for pair in pairs if pair[0] != "report" and not pair[0].startswith("_")]


def _unknown() -> InvalidInput:
    return InvalidInput(_("The deals of this number can't be found again: open the report anew."))
