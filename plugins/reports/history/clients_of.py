"""The clients, or the deals, of the records behind a number: a field of both that links bring.

Its value holds the conditions of those records, so a number that counts distinct clients opens the list of clients, and
one that counts distinct deals of visits that of deals.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from peewee import Expression

from core.api import CRM, InvalidInput, RecordField, User, fields, lazy
from core.api import gettext as _
from plugins.reports.addresses import CLIENTS, to_list
from plugins.reports.history.behind import LONGEST
from plugins.reports.links import as_query
from plugins.reports.settings.conditions import read_conditions

FIELD = "reports.of"
CLIENT, DEAL = "client", "deal"
LABELS = {CLIENT: lazy("Clients of"), DEAL: lazy("Deals of")}


def clients_link(conditions: Sequence[Mapping[str, Any]] | None) -> str:
    """Returns the link to the clients of the deals of these conditions; empty without any, or if they are too long."""
    return "" if conditions is None else records_link(CLIENT, DEAL, conditions)


def records_link(target: str, of: str, conditions: Sequence[Mapping[str, Any]]) -> str:
    """Returns the link to the clients or deals that records of a kind belong to; empty if it would be too long."""
    value = f"{of}:{json.dumps(list(conditions), ensure_ascii=False, separators=(',', ':'))}"
    query = as_query([{"field": FIELD, "op": "equal", "value": value}])
    if len(value) > LONGEST:
        return ""
    return to_list(CLIENTS, query) if target == CLIENT else query


def of_field(crm: CRM, target: str) -> RecordField:
    """Returns the field of clients, or of deals."""

    def test(source: Any, op: str, operand: Any, user: Any) -> Expression:
        # Links ask for those of these records, never for others: any other question is refused as unreadable.
        entity, conditions = _read(crm, str(operand) if op == "equal" else "")
        if not hasattr(entity.model, target):
            raise InvalidInput(_("The deals of this number can't be found again: open the report anew."))
        where = fields.condition(crm, entity, conditions, user)
        if not fields.is_led(crm, entity, conditions):
            where &= fields.alive(entity)
        return source.id << entity.model.select(getattr(entity.model, target)).where(where)

    def words(value: str, user: User | None) -> str:
        try:
            entity, conditions = _read(crm, value)
            return "; ".join([str(entity.label), *fields.describe(crm, entity, conditions, user)])
        except InvalidInput:  # of a field that is gone
            return "?"

    return RecordField(target, fields.Field(FIELD, LABELS[target], "text", test=test, words=words, leads=True))


def _read(crm: CRM, value: str) -> tuple[Any, list[dict[str, Any]]]:
    of, _colon, text = value.partition(":")
    return fields.entity(crm, of), read_conditions(text)
