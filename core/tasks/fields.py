"""The fields of tasks, for lists, filters, groups, favourites and REST."""

from typing import Any

from peewee import Case, Expression, Value

from core.fields.tree import Entity, Field
from core.i18n import lazy
from core.runtime import CRM
from core.tasks.models import Task
from core.tasks.reading import is_seen, is_there
from core.tasks.words import DUES, KINDS, LATE, LATER, STATES, TODAY, WEEK, due_bounds


def task_entity(crm: CRM) -> Entity:
    """Returns what can be asked of tasks; `due` tells when an open one is due, seen from now."""
    due = Field("due", lazy("Due"), "choice", lambda source: due_of(crm, source), choices=tuple(DUES.items()))
    return Entity("task", lazy("Task"), Task, (*_FACTS, due, *_TIMES), title="title", seen=is_seen, there=is_there)


def due_of(crm: CRM, source: Any) -> Case:
    """Returns the expression that tells which of DUES a task belongs to; one without a deadline comes later."""
    tomorrow, next_week = (crm.day_start(day) for day in due_bounds(crm.today()))
    spans = [
        (source.due_at < crm.clock.now(), LATE),
        (source.due_at < tomorrow, TODAY),
        (source.due_at < next_week, WEEK),
    ]
    return Case(None, spans, LATER)


def _is_mine(source: Any, op: str, is_wanted: bool, user: Any) -> Expression:
    if op == "not_empty":
        return Value(1) == 1
    mine = source.user == (user.id if user else None)
    return mine if is_wanted else ~mine | source.user.is_null()


_FACTS = (
    Field("title", lazy("What is to be done"), "text", Task.title),
    Field("kind", lazy("Kind"), "choice", Task.kind, choices=tuple(KINDS.items())),
    Field("state", lazy("State"), "choice", Task.state, choices=tuple(STATES.items())),
    Field("client", lazy("Client"), "link", Task.client, target="client"),
    Field("deal", lazy("Deal"), "link", Task.deal, target="deal"),
    Field("user", lazy("By whom"), "user", Task.user, target="user"),
    Field("mine", lazy("Mine"), "bool", test=_is_mine),
    Field("role", lazy("Role"), "link", Task.role, target="role"),
    Field("author", lazy("From whom"), "user", Task.author, target="user"),
    Field("done_by", lazy("Done by"), "user", Task.done_by_id, target="user"),
    Field("is_controlled", lazy("With control"), "bool", Task.is_controlled),
    Field("instructions", lazy("Instructions"), "text", Task.instructions),
)
_TIMES = (
    Field("due_at", lazy("Until when"), "moment", Task.due_at),
    Field("done_at", lazy("Done"), "moment", Task.done_at),
    Field("created_at", lazy("Made"), "moment", Task.created_at),
    Field("changed_at", lazy("Changed"), "moment", Task.changed_at),
)
