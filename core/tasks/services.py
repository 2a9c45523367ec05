"""Tasks: made, changed, done, opened again, listed. A task is seen with its deal or client, and by whom it concerns."""

from collections.abc import Sequence
from datetime import datetime

from peewee import JOIN, Expression, ModelSelect

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.tasks.models import Task
from core.users.access import visible_to
from core.users.models import User

OPEN, DONE = "open", "done"


def create_task(
    crm: CRM,
    *,
    title: str,
    user: User | None = None,
    author: User | None = None,
    deal: Deal | None = None,
    client: Client | None = None,
    due_at: datetime | None = None,
    instructions: str = "",
) -> Task:
    """Returns a new open task; that of a deal belongs to the deal's client too. Raises InvalidInput without a title."""
    title = " ".join(title.split())
    if not title:
        raise InvalidInput(_("A task needs a title: what is to be done?"), fields={"title": [_("Type a title.")]})
    now = crm.clock.now()
    with crm.work():
        task = Task.create(
            title=title,
            instructions=instructions.strip(),
            client=client.id if client else deal.client_id if deal else None,
            deal=deal.id if deal else None,
            user=user.id if user else None,
            author=author.id if author else crm.actor.user_id,
            due_at=due_at,
            created_at=now,
            changed_at=now,
        )
        audit.record(crm, "task", task.id, "created", {"title": [None, title]})
    return task


def complete(crm: CRM, task: Task, *, version: int | None = None) -> Task:
    """Marks the task as done and returns it; raises Conflict when somebody else changed it since `version`."""
    return _set_state(crm, task, DONE, version)


def open_again(crm: CRM, task: Task, *, version: int | None = None) -> Task:
    """Marks a done task as open and returns it; raises Conflict when somebody else changed it since `version`."""
    return _set_state(crm, task, OPEN, version)


def get_task(user: User, task_id: int) -> Task:
    """Returns a task that the user may see; raises NotFound."""
    task = visible_tasks(user).where(Task.id == task_id).first()
    if task is None:
        raise NotFound(_("There is no such task, or you may not see it."))
    return task


def visible_tasks(user: User) -> ModelSelect:
    """Returns the query of the tasks that `user` may see, with user, deal and client, soonest due first."""
    query = Task.select(Task, User, Deal, Client).join(User, JOIN.LEFT_OUTER, on=Task.user)
    query = query.join_from(Task, Deal, JOIN.LEFT_OUTER).join_from(Task, Client, JOIN.LEFT_OUTER)
    return query.where(_is_seen(user)).order_by(Task.due_at.is_null(), Task.due_at, Task.id)


def tasks_of(deal: Deal, limit: int = 20) -> Sequence[Task]:
    """Returns a deal's tasks, the open ones first, by the day they are due; the caller has found the deal visible."""
    query = Task.select(Task, User).join(User, JOIN.LEFT_OUTER, on=Task.user).where(Task.deal == deal.id)
    return list(query.order_by(Task.state.desc(), Task.due_at.is_null(), Task.due_at, Task.id).limit(limit))


def _is_seen(user: User) -> Expression:
    mine = (Task.user == user.id) | (Task.author == user.id)
    return (
        mine
        | (Deal.id.is_null(False) & visible_to(user, Deal.owner))
        | (Deal.id.is_null() & Client.id.is_null(False) & visible_to(user, Client.owner))
    )


def _set_state(crm: CRM, task: Task, state: str, version: int | None) -> Task:
    with crm.work():
        now = crm.clock.now()
        seen = task.version if version is None else version
        done = (
            Task.update(state=state, done_at=now if state == DONE else None, changed_at=now, version=Task.version + 1)
            .where(Task.id == task.id, Task.version == seen, Task.state != state)
            .execute()
        )
        if not done:
            raise Conflict(_("Somebody has changed this task meanwhile. Look at it again."))
        audit.record(crm, "task", task.id, state, {"state": [task.state, state]})
    task.state, task.version, task.changed_at = state, seen + 1, now
    task.done_at = now if state == DONE else None
    return task
