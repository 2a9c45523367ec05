"""“My tasks”: what somebody has to do, may take, waits for and has done lately, each part with its number."""

from collections.abc import Mapping
from datetime import timedelta

from peewee import SQL, Expression, ModelSelect, fn

from core.i18n import lazy
from core.runtime import CRM
from core.tasks.fields import due_of
from core.tasks.models import Task
from core.tasks.reading import is_seen, is_there, with_all
from core.tasks.words import BY_HAND, DONE, DUES, HELD, OPEN, REPORTED
from core.users.models import User

PAGE = 50
LATELY = timedelta(days=14)
TO_DO, TAKE, WAITING, DONE_LATELY = "to-do", "take", "waiting", "done"
PARTS = {
    TO_DO: lazy("To do"),
    **DUES,
    TAKE: lazy("To take"),
    WAITING: lazy("Waiting for others"),
    DONE_LATELY: lazy("Done lately"),
}


def numbers(crm: CRM, user: User, where: Expression | None = None) -> dict[str, int]:
    """Returns how many tasks each part but the last holds, of those that meet `where`."""
    due = due_of(crm, Task).alias("due")
    found = _matching(Task.select(due, fn.COUNT(Task.id)), where).where(_is_in(crm, user, TO_DO)).group_by(SQL("1"))
    by_due: Mapping[str, int] = dict(found.tuples())
    counts = {TO_DO: sum(by_due.values()), **{name: by_due.get(name, 0) for name in DUES}}
    for part in (TAKE, WAITING):
        counts[part] = _matching(Task.select(Task.id), where).where(_is_in(crm, user, part)).count()
    return counts


def page_of(crm: CRM, user: User, part: str, number: int, where: Expression | None = None) -> tuple[list[Task], bool]:
    """Returns a page of the tasks of a part that meet `where`, each with its `due`, and whether more follow.

    What is reported comes first, then what is due soonest; what is done comes newest first.
    """
    query = _matching(with_all().select_extend(due_of(crm, Task).alias("due")), where).where(_is_in(crm, user, part))
    if part == DONE_LATELY:
        query = query.order_by(Task.changed_at.desc(), Task.id.desc())
    else:
        query = query.order_by((Task.state == REPORTED).desc(), Task.due_at.is_null(), Task.due_at, Task.id)
    found = list(query.limit(PAGE + 1).offset((number - 1) * PAGE))
    return found[:PAGE], len(found) > PAGE


def _matching(query: ModelSelect, where: Expression | None) -> ModelSelect:
    return query.where(is_there(Task)) if where is None else query.where(where)


def _is_in(crm: CRM, user: User, part: str) -> Expression:
    """Returns the condition of the tasks of a part; each begins with an index."""
    if part == TAKE:
        return (Task.role == user.role_id) & Task.user.is_null() & (Task.state == OPEN) & is_seen(user, Task)
    if part == WAITING:
        is_running = Task.state.in_((OPEN, HELD, REPORTED))
        is_others = Task.user.is_null() | (Task.user != user.id)
        return (Task.author == user.id) & is_running & is_others & (Task.kind == BY_HAND)
    if part == DONE_LATELY:
        is_done = (Task.done_by_id == user.id) & (Task.done_at >= crm.clock.now() - LATELY) & (Task.state == DONE)
        return is_done | ((Task.user == user.id) & (Task.state == REPORTED))
    mine = (Task.user == user.id) & (Task.state == OPEN)
    return mine if part == TO_DO else mine & (due_of(crm, Task) == part)
