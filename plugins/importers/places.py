"""Where the files of an import lie in the instance: its own, and the second table that values are looked up in."""

from pathlib import Path

from core.api import CRM
from plugins.importers.models import Batch

FOLDER = "imports"


def file_of(crm: CRM, batch: Batch) -> Path:
    """Returns where the file of an import is kept."""
    return crm.config.files / FOLDER / batch.stored_name


def table_of(crm: CRM, batch: Batch) -> Path:
    """Returns where the second table of a draft is kept, if there is one."""
    path = file_of(crm, batch)
    return path.with_name(f"{path.name}.table")


def drop_table(crm: CRM, batch: Batch) -> None:
    """Deletes the second table of a draft, if there is one."""
    table_of(crm, batch).unlink(missing_ok=True)
