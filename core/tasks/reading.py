"""Reads tasks: which a user may see, one of them, and those of a deal or client.

A task is seen by whom it concerns (who does it, who gave it), and with its deal, or else its client. Tasks whose deal
or client lies in the trash are not there.
"""

from collections.abc import Sequence
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import NotFound
from core.i18n import _
from core.stages.models import Stage
from core.tasks.models import Task
from core.tasks.words import OPEN
from core.users.access import visible_to
from core.users.models import Role, User

Author = User.alias("author")


def get_task(user: User, task_id: int) -> Task:
    """Returns a task that the user may see, with all it refers to; raises NotFound."""
    task = with_all().where(Task.id == task_id, is_seen(user, Task), is_there(Task)).first()
    if task is None:
        raise NotFound(_("There is no such task, or you may not see it."))
    return task


def visible_tasks(user: User) -> ModelSelect:
    """Returns the query of the tasks that `user` may see, with all they refer to, soonest due first."""
    query = with_all().where(is_seen(user, Task), is_there(Task))
    return query.order_by(Task.due_at.is_null(), Task.due_at, Task.id)


def with_all() -> ModelSelect:
    """Returns the query of tasks with doer, author, role, client, deal and the deal's stage, of any user."""
    query = Task.select(Task, User, Author, Role, Client, Deal, Stage)
    query = query.join(User, JOIN.LEFT_OUTER, on=Task.user)
    query = query.join_from(Task, Author, JOIN.LEFT_OUTER, on=(Task.author == Author.id), attr="author")
    query = query.join_from(Task, Role, JOIN.LEFT_OUTER, on=Task.role).join_from(Task, Client, JOIN.LEFT_OUTER)
    return query.join_from(Task, Deal, JOIN.LEFT_OUTER).join(Stage, JOIN.LEFT_OUTER)


def tasks_of(deal: Deal, limit: int = 20) -> Sequence[Task]:
    """Returns a deal's tasks, the open ones first, by the day they are due; the caller has found the deal visible."""
    is_closed = Task.state.in_(("done", "cancelled"))
    query = with_all().where(Task.deal == deal.id)
    return list(query.order_by(is_closed, Task.due_at.is_null(), Task.due_at, Task.id).limit(limit))


def tasks_of_client(user: User, client: Client, limit: int = 20) -> Sequence[Task]:
    """Returns the open tasks of a client and of its deals, as far as the user sees them, soonest due first."""
    return list(visible_tasks(user).where(Task.client == client.id, Task.state == OPEN).limit(limit))


def is_seen(user: User, source: Any) -> Expression:
    """Returns the condition of the tasks that `user` may see; `source` is Task or an alias of it.

    A task is addressed to whoever it names: its user, or, while nobody has taken it, all who hold its role. They see
    the task even where they don't see its deal, else a process that asks another department would stand still.
    """
    mine = (source.user == user.id) | (source.author == user.id)
    mine |= (source.role == user.role_id) & source.user.is_null()
    if user.role.scope == "all":
        return mine | source.deal.is_null(False) | source.client.is_null(False)
    deals = Deal.select(Deal.id).where(visible_to(user, Deal.owner))
    clients = Client.select(Client.id).where(visible_to(user, Client.owner))
    return mine | source.deal.in_(deals) | (source.deal.is_null() & source.client.in_(clients))


def is_there(source: Any) -> Expression:
    """Returns the condition of the tasks whose deal and client do not lie in the trash."""
    return ~_is_in_trash(Deal.alias(), source.deal) & ~_is_in_trash(Client.alias(), source.client)


def _is_in_trash(record: Any, link: Any) -> Expression:
    return fn.EXISTS(record.select(record.id).where(record.id == link, record.deleted_at.is_null(False)))
