"""The top of the cone, before the first stage: how many clients were contacted, answered, and became interested.

A client was contacted when something went out to him within the period; he answered when something came in, a call was
talked through, or we met; he is interested when a deal was opened for him within the period.
"""

from typing import Any, NamedTuple

from peewee import SQL, Case, Select, fn

from core.api import Client, Deal, Interaction, visible_to
from plugins.reports.facts import Scope
from plugins.reports.settings.periods import Period

KINDS = ("call", "letter", "meeting", "sms", "message")


class Cone(NamedTuple):
    """Clients by how far they came; `by_themselves` wrote or called first, of `unnoted` no contact is known."""

    contacted: int = 0
    answered: int = 0
    interested: int = 0
    by_themselves: int = 0
    unnoted: int = 0


def count_cone(scope: Scope, period: Period) -> Cone:
    """Returns the cone of the clients that the user may see; deals are those of the scope."""
    opened = _opened(scope, period)
    each = _touched(scope, period).alias("touched")
    sums = [_count(one) for one in _steps(each, opened.select(Deal.client)).values()]
    counted = scope.rows(Select((each,), sums))[0]
    known = Select((each,), [each.c.client_id]).bind(scope.crm.database)
    unnoted = opened.select(fn.COUNT(Deal.client.distinct())).where(~(Deal.client << known))
    return Cone(*(int(number or 0) for number in counted), scope.rows(unnoted)[0][0])


def clients_at(scope: Scope, period: Period, step: str) -> Any:
    """Returns the query of the ids of the clients that came to a step of the cone: a name of `Cone`."""
    each = _touched(scope, period).alias("touched")
    query = Select((each,), [each.c.client_id]).bind(scope.crm.database)
    return query.where(_steps(each, _opened(scope, period).select(Deal.client))[step])


def _steps(each: Any, interested: Any) -> dict[str, Any]:
    """Returns the conditions of the steps on the clients that were touched."""
    is_contacted, is_interested = each.c.goes_out > 0, each.c.client_id << interested
    return {
        "contacted": is_contacted,
        "answered": is_contacted & ((each.c.comes_in > 0) | is_interested),
        "interested": is_contacted & is_interested,
        "by_themselves": each.c.goes_out == 0,
    }


def _touched(scope: Scope, period: Period) -> Any:
    """Returns the query of each client with how often something went out to him, and came in from him."""
    comes_in = (Interaction.direction == "in") | (Interaction.kind == "meeting")
    is_talk = (Interaction.kind == "call") & (Interaction.duration_s > 0)
    query = Interaction.select(
        Interaction.client.alias("client_id"),
        _count(Interaction.direction != "in").alias("goes_out"),
        _count(comes_in | is_talk).alias("comes_in"),
    ).join(Client)
    where = [Client.deleted_at.is_null(), ~Interaction.is_planned, Interaction.kind << KINDS]
    where += [] if scope.user is None else [visible_to(scope.user, Client.owner)]
    return query.where(*where, *_within(scope, period, Interaction.at)).group_by(SQL("1"))


def _opened(scope: Scope, period: Period) -> Any:
    where = [Deal.deleted_at.is_null(), Deal.version_id << scope.version_ids, *scope.where(Deal)]
    return Deal.select(Deal.id).where(*where, *_within(scope, period, Deal.opened_at))


def _within(scope: Scope, period: Period, moment: Any) -> list[Any]:
    found = [moment >= scope.moment(period.first)] if period.first else []
    return [*found, moment < scope.moment(period.until)] if period.until else found


def _count(condition: Any) -> Any:
    return fn.SUM(Case(None, [(condition, 1)], 0))
