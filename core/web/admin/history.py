"""The page of history: who changed what, when, through which source."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, request
from peewee import ModelSelect

from core.i18n import Text, lazy
from core.interactions.telling import ACTIONS as COMMON_ACTIONS
from core.interactions.telling import Told, tell
from core.moments import day_of
from core.runtime import CRM
from core.store.audit import Audit
from core.users.models import User
from core.web.asked import page_number
from core.web.context import crm, needs
from core.web.pages import page

blueprint = Blueprint("history", __name__)
PAGE_SIZE = 50
ENTITIES: dict[str, tuple[Text, str]] = {  # entity: (what the user reads, endpoint of its card)
    "client": (lazy("Client"), "clients.card"),
    "contact": (lazy("Contact"), ""),
    "deal": (lazy("Deal"), "deals.card"),
    "task": (lazy("Task"), ""),
    "interaction": (lazy("Interaction"), ""),
    "user": (lazy("User"), "users.edit"),
    "role": (lazy("Role"), ""),
    "team": (lazy("Team"), "teams.edit"),
    "plugins": (lazy("Plugins"), ""),
    "segment": (lazy("Segment"), ""),
    "property": (lazy("Property"), ""),
    "category": (lazy("Category"), ""),
    "deal_type": (lazy("Deal type"), ""),
    "stage": (lazy("Stage"), ""),
    "import": (lazy("Import"), ""),
    "source": (lazy("Source"), "sources.edit"),
    "loss_reason": (lazy("Reason of loss"), ""),
    "comment": (lazy("Comment"), ""),
    "message": (lazy("Message"), "messages.card"),
}
SOURCES: dict[str, Text] = {
    "web": lazy("Pages"),
    "api": lazy("REST"),
    "cli": lazy("Command line"),
    "import": lazy("Import"),
    "job": lazy("Jobs"),
    "system": lazy("System"),
}
ACTIONS: dict[str, Text] = {
    "password changed": lazy("Password changed"),
    "signed out everywhere": lazy("Signed out on all devices"),
    "token created": lazy("REST token made"),
    "token revoked": lazy("REST token revoked"),
    "switched": lazy("Switched"),
    "published": lazy("Published"),
}
FIELDS: dict[str, Text] = {
    "name": lazy("Name"),
    "parent": lazy("Below the team"),
    "head": lazy("Head"),
    "scope": lazy("Sees"),
    "permissions": lazy("Rights"),
    "on": lazy("Switched on"),
    "is_active": lazy("Offered to choose"),
    "version": lazy("Version"),
    "mode": lazy("Mode"),
    "probability": lazy("Probability"),
}


@blueprint.get("/")
@needs("admin.users")
def index() -> str:
    """Shows changes, newest first, narrowed by user, kind of record, action, days and source."""
    number = page_number()
    # One row more than a page tells whether another page follows; counting a long history would be slow.
    rows = list(
        _narrowed(Audit.select()).order_by(Audit.id.desc()).limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE)
    )
    users = {user.id: user for user in User.select()}
    return page(
        "admin/history.html",
        rows=rows[:PAGE_SIZE],
        told=tell_all(crm(), rows[:PAGE_SIZE]),
        has_more=len(rows) > PAGE_SIZE,
        number=number,
        users=users,
        entities=ENTITIES,
        sources=SOURCES,
        asked=request.args,
    )


def tell_all(crm: CRM, rows: Iterable[Audit]) -> dict[int, Told]:
    """Returns each change in words, by its id, whatever kind of record it is about."""
    told: dict[int, Told] = {}
    rows = sorted(rows, key=lambda row: row.entity)
    for name, found in groupby(rows, key=lambda row: row.entity):
        # What has no fields to ask for (a role, a team) is told with the names that the history has.
        changes = list(found)
        told.update(tell(crm, name, changes) if name in crm.entities else {row.id: _tell(row) for row in changes})
    for row in rows:
        if row.action in ACTIONS:
            told[row.id] = replace(told[row.id], action=ACTIONS[row.action])
    return told


def _tell(row: Audit) -> Told:
    pairs = (row.changes or {}).items()
    lines = [(str(FIELDS.get(key, key)), *map(_plain, pair)) for key, pair in pairs if len(pair) == 2]
    return Told(COMMON_ACTIONS.get(row.action, row.action), lines)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _narrowed(query: ModelSelect) -> ModelSelect:
    asked = request.args
    if user_id := asked.get("user", 0, int):
        query = query.where(Audit.user_id == user_id)
    if entity := asked.get("entity"):
        query = query.where(Audit.entity == entity)
    if record := asked.get("record", 0, int):
        query = query.where(Audit.entity_id == record)
    if source := asked.get("source"):
        query = query.where(Audit.source.startswith(source))
    if first := _day("first"):
        query = query.where(Audit.at >= crm().day_start(first))
    if last := _day("last"):
        query = query.where(Audit.at < crm().day_start(last + timedelta(days=1)))
    return query


def _day(name: str) -> date | None:
    try:
        return day_of(request.args.get(name, ""))
    except ValueError:
        return None
