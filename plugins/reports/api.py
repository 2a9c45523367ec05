"""What a plugin imports to bring a report of its own: the document, and the deals that its settings mean.

The plugin names `reports` among its `requires` and answers the hook `reports`; `hinka plugin new NAME --kind report`
writes one to begin with.
"""

from collections.abc import Mapping
from typing import Any

from peewee import Expression

from core.api import CRM, Deal, User
from plugins.reports.document import (
    COUNT,
    MONEY,
    NUMBER,
    SHARE,
    TEXT,
    Chart,
    Column,
    Document,
    Figure,
    Note,
    Row,
    Table,
)
from plugins.reports.funnel.common import make_scope
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.writing import make_document
from plugins.reports.links import as_query
from plugins.reports.settings.parameters import PERIOD, STANDING, Settings
from plugins.reports.settings.periods import Period

__all__ = [
    "COUNT",
    "MONEY",
    "NUMBER",
    "PERIOD",
    "SHARE",
    "STANDING",
    "TEXT",
    "Chart",
    "Column",
    "Document",
    "Figure",
    "Note",
    "Period",
    "Row",
    "Settings",
    "Table",
    "deals_link",
    "deals_of",
    "make_document",
]


def deals_of(crm: CRM, user: User | None, settings: Settings) -> list[Expression]:
    """Returns the conditions on `Deal` of a report's deals: of its types, under its filters, seen by `user`.

    Deals in the trash are left out. Without a user (the system itself) all are seen.
    """
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    return [Deal.deleted_at.is_null(), Deal.deal_type << scope.type_ids, *scope.where(Deal)]


def deals_link(settings: Settings, *conditions: Mapping[str, Any]) -> str:
    """Returns the query of the list of deals that fulfil the conditions, within the types and filters of a report.

    A condition is `{"field": path, "op": operator, "value": value}` of `core.api.fields`.
    """
    types = [{"field": "type", "op": "in", "value": list(settings.type_ids)}] if settings.type_ids else []
    return as_query([*settings.conditions, *types, *conditions])
