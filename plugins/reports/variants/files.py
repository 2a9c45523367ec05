"""The files that schedules made, as they are kept until they are fetched or too old."""

from collections.abc import Iterable
from pathlib import Path

from core.api import CRM
from plugins.reports.variants.models import Sending


def path_of(crm: CRM, sending: Sending) -> Path:
    """Returns where the file of a sending is, or would be."""
    ending = sending.file_name.rpartition(".")[2] or "none"
    return crm.config.files / "reports" / f"{sending.id}.{ending}"


def remove_files(crm: CRM, sendings: Iterable[Sending]) -> None:
    """Removes the files of sendings that are about to be forgotten."""
    for sending in sendings:
        path_of(crm, sending).unlink(missing_ok=True)
