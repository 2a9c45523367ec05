"""The clients of the deals behind a number: a field of clients that links bring.

Its value holds the conditions of those deals, so each number that counts distinct clients opens the list of clients.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from peewee import Expression

from core.api import CRM, Deal, InvalidInput, RecordField, fields, lazy
from plugins.reports.addresses import CLIENTS, to_list
from plugins.reports.conditions import read_conditions
from plugins.reports.history.behind import LONGEST
from plugins.reports.links import as_query

FIELD = "reports.clients_of"


def clients_link(conditions: Sequence[Mapping[str, Any]] | None) -> str:
    """Returns the link to the clients of the deals of these conditions; empty without any, or if they are too long."""
    if conditions is None:
        return ""
    value = json.dumps(list(conditions), ensure_ascii=False, separators=(",", ":"))
    found = {"field": FIELD, "op": "equal", "value": value}
    return to_list(CLIENTS, as_query([found])) if len(value) <= LONGEST else ""


def clients_field(crm: CRM) -> RecordField:
    """Returns the field."""

    def test(source: Any, op: str, operand: Any, user: Any) -> Expression:
        # Links ask for the clients of these deals, never for others: any other question is refused as unreadable.
        conditions = read_conditions(str(operand) if op == "equal" else "")
        deals = Deal.select(Deal.client).where(
            Deal.deleted_at.is_null(), fields.condition(crm, fields.entity(crm, "deal"), conditions, user)
        )
        return source.id << deals

    def words(value: str) -> str:
        try:
            return "; ".join(fields.describe(crm, fields.entity(crm, "deal"), read_conditions(value)))
        except InvalidInput:  # of a field that is gone
            return "?"

    return RecordField("client", fields.Field(FIELD, lazy("Clients of deals"), "text", test=test, words=words))
