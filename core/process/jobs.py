"""The process's work in the background: what is done again and again, and what is too long for a page."""

from datetime import timedelta
from typing import Any

from core.hooks.contributions import JobKind
from core.process.ensuring import ensure_stage_tasks
from core.process.version_moves import move_to_version
from core.runtime import CRM
from core.stages.types import get_type


def keep_stage_tasks(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Gives deals of a process the task of their stage where it is missing; safe to repeat."""
    ensure_stage_tasks(crm)


def move_running(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    """Moves running deals to the version of their type that was seen; safe to repeat: who has moved is left alone."""
    choices = {int(stage_id): target_id for stage_id, target_id in args["choices"].items()}
    move_to_version(crm, get_type(args["type_id"]), choices, version_id=args["version_id"], tell=progress.tell)


MOVE_RUNNING = JobKind("core.move_running", move_running)
KEEP_TASKS = JobKind("core.keep_stage_tasks", keep_stage_tasks, every=timedelta(hours=1))
