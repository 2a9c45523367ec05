"""Tasks that change hands. Who may do so, and to whom, is asked by the caller."""

from core.runtime import CRM
from core.store import audit
from core.tasks.models import Task


def give(crm: CRM, task: Task, user_id: int | None) -> Task:
    """Gives the task to a user (None: to whoever holds its role) and returns it; the history tells from whom."""
    if task.user_id == user_id:
        return task
    before, task.user_id = task.user_id, user_id
    task.version, task.changed_at = task.version + 1, crm.clock.now()
    with crm.work():
        Task.update(user=user_id, version=Task.version + 1, changed_at=task.changed_at).where(
            Task.id == task.id
        ).execute()
        audit.record(crm, "task", task.id, "handed over", {"user": [before, user_id]})
    return task
