"""The works that go on in the worker: importing and undoing, each safe to repeat after a kill."""

from typing import Any

from core.api import CRM, Progress, speaking
from plugins.importers.models import Batch
from plugins.importers.services import get_batch, run
from plugins.importers.undo.batch import undo_batch


def run_import(crm: CRM, args: dict[str, Any], progress: Progress) -> None:
    """Does an import, or goes on behind the last chunk that was committed."""
    batch = get_batch(args["batch"])
    if batch.state in ("waiting", "running"):
        with speaking(batch.plan.get("language", crm.config.language)):
            run(crm, batch, tell=lambda now: _tell(progress, now))


def undo_import(crm: CRM, args: dict[str, Any], progress: Progress) -> None:
    """Takes an import back, or goes on with that."""
    batch = get_batch(args["batch"])
    if batch.state != "undone":
        with speaking(batch.plan.get("language", crm.config.language)):
            undo_batch(crm, batch, tell=lambda per_cent: progress.tell(per_cent))


def _tell(progress: Progress, batch: Batch) -> None:
    per_cent = min(99, batch.done_row * 100 // max(batch.height, 1))
    progress.tell(per_cent, f"{batch.rows:,} / {batch.height:,}")
