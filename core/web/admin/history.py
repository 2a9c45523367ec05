"""The page of history: who changed what, when, through which source."""

from datetime import date, timedelta

from flask import Blueprint, request
from peewee import ModelSelect

from core.i18n import Text, lazy
from core.store.audit import Audit
from core.users.models import User
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
}


@blueprint.get("/")
@needs("admin.users")
def index() -> str:
    """Shows changes, newest first, narrowed by user, kind of record, action, days and source."""
    number = max(1, request.args.get("page", 1, int))
    # One row more than a page tells whether another page follows; counting a long history would be slow.
    rows = list(
        _narrowed(Audit.select()).order_by(Audit.id.desc()).limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE)
    )
    users = {user.id: user for user in User.select()}
    return page(
        "admin/history.html",
        rows=rows[:PAGE_SIZE],
        has_more=len(rows) > PAGE_SIZE,
        number=number,
        users=users,
        entities=ENTITIES,
        asked=request.args,
    )


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
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
