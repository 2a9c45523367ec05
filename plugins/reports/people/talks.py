"""What passed with clients within a period: calls, letters, meetings, as the database counts and lists them."""

from collections.abc import Sequence
from typing import Any

from peewee import JOIN, SQL, fn

from core.api import CRM, Client, Deal, Interaction, User, visible_interactions
from plugins.reports.addresses import TALKS, to_list
from plugins.reports.facts import Scope
from plugins.reports.funnel.types import deal_types
from plugins.reports.links import as_query, on_days
from plugins.reports.settings.parameters import Settings
from plugins.reports.settings.periods import Period

# The columns of the report by what they count: kinds of interactions, and whether they are still planned.
COUNTED = {
    "calls": (("call",), False),
    "letters": (("letter",), False),
    "messages": (("sms", "message"), False),
    "meetings": (("meeting",), False),
    "meetings_planned": (("meeting",), True),
}
# What a list of interactions can hold: that of a column, or all that was talked.
ALL_TALKS, ANYBODY = "all", "*"
LISTED = COUNTED | {ALL_TALKS: (("call", "letter", "sms", "message", "meeting"), False)}


def talks(crm: CRM, user: User | None, period: Period) -> Any:
    """Returns the query of the interactions of the period that the user sees (None: all)."""
    if user is None:
        query = Interaction.select(Interaction, Client, Deal).join(Client)
        query = query.join_from(Interaction, Deal, JOIN.LEFT_OUTER).where(Client.deleted_at.is_null())
    else:
        query = visible_interactions(user)
    return query.where(*within(crm, Interaction.at, period))


def within(crm: CRM, column: Any, period: Period) -> list[Any]:
    """Returns the conditions that a moment lies in the period."""
    found = []
    if period.first:
        found.append(column >= crm.day_start(period.first))
    if period.until:
        found.append(column < crm.day_start(period.until))
    return found


def count_talks(scope: Scope, period: Period, *, is_about_deals: bool) -> dict[int | None, dict[str, int]]:
    """Returns, by user, how much of what there was; `is_about_deals` keeps what is about deals of the scope.

    As of all talks, those about a deal that was deleted since are among them.
    """
    query = talks(scope.crm, scope.user, period)
    if is_about_deals:
        query = query.where(Deal.deal_type << scope.type_ids, *scope.where(Deal))
    query = query.select(Interaction.user_id, Interaction.kind, Interaction.is_planned, fn.COUNT(SQL("*")))
    found: dict[int | None, dict[str, int]] = {}
    for user_id, kind, is_planned, count in scope.rows(query.group_by(SQL("1"), SQL("2"), SQL("3"))):
        for name, (kinds, planned) in COUNTED.items():
            if kind in kinds and bool(is_planned) == planned:
                own = found.setdefault(user_id, dict.fromkeys(COUNTED, 0))
                own[name] += count
    return found


def about_deals(crm: CRM, settings: Settings) -> list[dict[str, Any]]:
    """Returns the conditions of the talks about the deals that the settings mean, none where they mean all."""
    if not settings.is_narrowed:
        return []
    # Named even where all are meant: what is about no deal, or one that the reader does not see, is left out.
    types = {"field": "deal.type", "op": "in", "value": list(settings.type_ids or deal_types(crm))}
    return [types, *({**one, "field": f"deal.{one['field']}"} for one in settings.conditions)]


def talks_link(what: str, of: int | None | str, period: Period, about: Sequence[dict[str, Any]] = ()) -> str:
    """Returns the link to the list of what is counted, of a user (None: nobody's; ANYBODY: all), within the period.

    `about` are the conditions of `about_deals`.
    """
    kinds, is_planned = LISTED[what]
    conditions: list[dict[str, Any]] = [
        {"field": "kind", "op": "in", "value": list(kinds)},
        {"field": "is_planned", "op": "equal", "value": is_planned},
        *on_days("at", period),
        *about,
    ]
    if of != ANYBODY:
        whose = {"op": "equal", "value": int(of)} if of else {"op": "empty"}
        conditions.append({"field": "user", **whose})
    return to_list(TALKS, as_query(conditions))
