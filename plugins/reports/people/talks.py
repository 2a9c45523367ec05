"""What passed with clients within a period: calls, letters, meetings, as the database counts and lists them."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from peewee import JOIN, SQL, Select, fn

from core.api import CRM, Client, Deal, Interaction, User, visible_interactions
from plugins.reports.addresses import TALKS, to_list
from plugins.reports.facts import Scope
from plugins.reports.periods import Period

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
    """Returns, by user, how much of what there was; `is_about_deals` keeps what is about deals of the scope."""
    query = talks(scope.crm, scope.user, period)
    if is_about_deals:
        query = query.where(Deal.deleted_at.is_null(), Deal.deal_type << scope.type_ids, *scope.where(Deal))
    query = query.select(Interaction.user_id, Interaction.kind, Interaction.is_planned, fn.COUNT(SQL("*")))
    found: dict[int | None, dict[str, int]] = {}
    for user_id, kind, is_planned, count in scope.rows(query.group_by(SQL("1"), SQL("2"), SQL("3"))):
        for name, (kinds, planned) in COUNTED.items():
            if kind in kinds and bool(is_planned) == planned:
                own = found.setdefault(user_id, dict.fromkeys(COUNTED, 0))
                own[name] += count
    return found


def list_talks(crm: CRM, user: User, period: Period, what: str, *, of: int | None, is_anybodys: bool) -> Select:
    """Returns the query of the interactions that `what` counts, the newest first: of one user, or anybody's."""
    kinds, is_planned = LISTED[what]
    query = talks(crm, user, period).where(Interaction.kind << kinds, Interaction.is_planned == is_planned)
    if not is_anybodys:
        query = query.where(Interaction.user.is_null() if of is None else Interaction.user == of)
    return query.order_by(Interaction.at.desc(), Interaction.id.desc())


def talks_link(what: str, of: int | None | str, period: Period) -> str:
    """Returns the link to the list of what is counted, of a user (None: nobody's; ANYBODY: all), within the period."""
    days = {"from": period.first or "", "to": period.until or ""}
    return to_list(TALKS, urlencode({"what": what, "of": of or "", **days}))


def as_period(first: str, until: str) -> Period:
    """Returns the period of two texts of days, either of which may be empty; raises ValueError for what is no day."""
    return Period(*(date.fromisoformat(text) if text else None for text in (first, until)))
