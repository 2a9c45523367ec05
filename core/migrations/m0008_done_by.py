"""Who did a task, and when: what somebody has done lately is found without reading all tasks."""

from typing import Any

INDEX = "core_task (done_by_id, done_at)"


def up(migration: Any) -> None:
    """Makes the index, of the tasks that somebody did."""
    migration.create_index(INDEX, where="done_by_id IS NOT NULL")


def down(migration: Any) -> None:
    """Drops it."""
    migration.execute("DROP INDEX ix_core_task_done_by_id_done_at")
