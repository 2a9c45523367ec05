"""The clients of the deals behind a number: a field of clients that links bring.

Its value holds the conditions of those deals, so each number that counts distinct clients opens the list of clients.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from peewee import Expression

from core.api import CRM, Deal, RecordField, fields, lazy
from core.api import gettext as _
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

    def test(source: Any, _op: str, operand: Any, user: Any) -> Expression:
        conditions = read_conditions(str(operand))
        deals = Deal.select(Deal.client).where(
            Deal.deleted_at.is_null(), fields.condition(crm, fields.entity(crm, "deal"), conditions, user)
        )
        return source.id << deals

    def words(_value: str) -> str:
        return _("clients of the deals of a number")

    return RecordField("client", fields.Field(FIELD, lazy("From a report"), "text", test=test, words=words))
