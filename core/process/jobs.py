"""The process's periodic work."""

from datetime import timedelta
from typing import Any

from core.hooks.contributions import JobKind
from core.process.ensuring import ensure_stage_tasks
from core.runtime import CRM


def keep_stage_tasks(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Gives deals of a process the task of their stage where it is missing; safe to repeat."""
    ensure_stage_tasks(crm)


KEEP_TASKS = JobKind("core.keep_stage_tasks", keep_stage_tasks, every=timedelta(hours=1))
