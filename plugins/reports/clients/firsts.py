"""When each client won its first deal with us: what parts new clients from those who came back."""

from typing import Any

from peewee import fn

from core.api import Deal
from plugins.reports.facts import Scope
from plugins.reports.funnel.closed_facts import in_period
from plugins.reports.settings.periods import Period


def first_wins() -> Any:
    """Returns the query of (client_id, first_at): over all deals, whoever sees them, or a client seems new twice."""
    won = Deal.alias("w")
    query = won.select(won.client_id, fn.MIN(won.closed_at).alias("first_at"))
    return query.where(won.state == "won", won.deleted_at.is_null()).group_by(won.client_id).alias("first")


def won_deals(scope: Scope, period: Period) -> tuple[Any, Any]:
    """Returns the query of the deals of the scope won within the period, beside the first of their clients."""
    first = first_wins()
    query = Deal.select().join(first, on=first.c.client_id == Deal.client_id)
    return query.where(*in_period(scope, period), Deal.state == "won"), first


def owner_is(cell: str) -> Any:
    """Returns the condition that a deal has the owner that a cell of a link writes; empty is nobody."""
    return Deal.owner == int(cell) if cell else Deal.owner.is_null()
