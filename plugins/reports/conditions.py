"""Conditions on a report's deals: a field, perhaps of a record that the deal is linked to, and a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import SQL, Expression

from core.api import CRM, InvalidInput, Text, lazy
from core.api import gettext as _
from plugins.reports.dimensions import CLIENT_FIELDS
from plugins.reports.tables import CLIENT, DEAL

LISTS: dict[str, tuple[Text, str]] = {
    "owner": (lazy("Manager"), "core_user"),
    "team": (lazy("Team"), "core_team"),
    "source": (lazy("Source"), "core_source"),
    "loss_reason": (lazy("Reason of loss"), "core_loss_reason"),
    "client": (lazy("Client"), "core_client"),
}


@dataclass(frozen=True)
class Condition:
    """One condition: its name, its words for the reader, and the expression that the database understands."""

    name: str
    label: Text
    words: str
    expression: Expression


def is_field(crm: CRM, name: str) -> bool:
    """Tells whether a report can be filtered by this name."""
    return name in LISTS or name == "currency" or name.removeprefix("client.") in CLIENT_FIELDS


def read_condition(crm: CRM, name: str, values: Sequence[str]) -> Condition:
    """Returns the condition that a field equals one of the values; InvalidInput for a value that isn't known."""
    if name in LISTS:
        label, table = LISTS[name]
        ids = [_find(crm, table, name, value) for value in values]
        return Condition(name, label, ", ".join(values), _LINKS[name](ids))
    if name == "currency":
        return Condition(name, lazy("Currency"), ", ".join(values), DEAL.currency.in_([v.upper() for v in values]))
    column = name.removeprefix("client.")
    matching = CLIENT.select(CLIENT.id).where(getattr(CLIENT, column).in_(list(values)))
    return Condition(name, CLIENT_FIELDS[column], ", ".join(values), DEAL.client_id.in_(matching))


def _team(ids: list[int]) -> Expression:
    marks = ", ".join(str(int(number)) for number in ids)
    return DEAL.owner_id.in_(SQL(f"(SELECT id FROM core_user WHERE team_id IN ({marks}))"))


_LINKS: dict[str, Callable[[list[int]], Any]] = {
    "owner": lambda ids: DEAL.owner_id.in_(ids),
    "team": _team,
    "source": lambda ids: DEAL.source_id.in_(ids),
    "loss_reason": lambda ids: DEAL.loss_reason_id.in_(ids),
    "client": lambda ids: DEAL.client_id.in_(ids),
}


def _find(crm: CRM, table: str, name: str, value: str) -> int:
    query = f"SELECT id, name FROM {table} WHERE lower(name) = lower({crm.database.param})"  # noqa: S608 - our tables
    rows = crm.database.execute_sql(query, (value,)).fetchall()
    if not rows:
        sentence = _("Nothing is called “%(value)s” under %(name)s.", value=value, name=name)
        raise InvalidInput(sentence, fields={name: [sentence]})
    return rows[0][0]
