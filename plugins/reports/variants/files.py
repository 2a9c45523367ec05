"""The files that schedules made, as they are kept until they are fetched or too old."""

from collections.abc import Sequence
from pathlib import Path

from core.api import CRM
from plugins.reports.variants.models import Letter, Sending


def path_of(crm: CRM, sending: Sending) -> Path:
    """Returns where the file of a sending is, or would be."""
    ending = sending.file_name.rpartition(".")[2] or "none"
    return crm.config.files / "reports" / f"{sending.id}.{ending}"


def path_of_letter(crm: CRM, letter: Letter) -> Path:
    """Returns where the file of a letter is: a user's own, or that of the whole sending."""
    whole = path_of(crm, letter.sending)
    return whole.with_stem(f"{letter.sending_id}-{letter.user_id}") if letter.user_id else whole


def keep(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_bytes(content)
    beside.replace(path)


def forget(crm: CRM, sendings: Sequence[Sending]) -> None:
    """Deletes sendings with their letters and files."""
    ids = [one.id for one in sendings]
    letters = Letter.select(Letter, Sending).join(Sending).where(Letter.sending.in_(ids), Letter.file_name != "")
    paths = [path_of(crm, one) for one in sendings] + [path_of_letter(crm, one) for one in letters]
    with crm.work():
        Letter.delete().where(Letter.sending.in_(ids)).execute()
        Sending.delete().where(Sending.id.in_(ids)).execute()
    # After the rows: a file that nothing names harms nobody, a row whose file is gone does.
    for path in paths:
        path.unlink(missing_ok=True)
