"""A task's row under lock: taken fresh at the beginning of every change, saved with the next version at its end."""

from collections.abc import Mapping
from typing import Any

from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.store.database import is_postgres
from core.tasks.models import Task
from core.tasks.words import STATES


def take(crm: CRM, task: Task, version: int | None, *states: str) -> Task:
    """Returns the task's row as it is now, locked until the work ends.

    `version` is what the user saw (default: that of the record given). Raises Conflict when somebody changed the task
    since, InvalidInput when it is in none of `states`, NotFound when it is gone.
    """
    query = Task.select().where(Task.id == task.id)
    row = (query.for_update() if is_postgres(crm.database) else query).first()
    if row is None:
        raise NotFound(_("There is no such task, or you may not see it."))
    if row.version != (task.version if version is None else version):
        raise Conflict(_("Somebody has changed this task meanwhile. Look at it again."))
    if states and row.state not in states:
        raise InvalidInput(_("This can't be done with the task now: it is “%(state)s”.", state=STATES[row.state]))
    return row


def save(crm: CRM, task: Task, row: Task, action: str, changes: Mapping[str, Any]) -> Task:
    """Saves the row as the next version, with a line in the history; returns the caller's record brought up to it."""
    row.version += 1
    row.changed_at = crm.clock.now()
    row.save(only=row.dirty_fields)
    audit.record(crm, "task", row.id, action, changes)
    return task.take_over(row)
