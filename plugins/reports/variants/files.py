"""The files that schedules made, as they are kept until they are fetched or too old."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.api import CRM
from plugins.reports.variants.models import Letter, Sending


def path_of(crm: CRM, sending: Sending) -> Path:
    """Returns where the file of a sending is, or would be."""
    ending = sending.file_name.rpartition(".")[2] or "none"
    return _folder(crm) / f"{sending.id}.{ending}"


def path_of_letter(crm: CRM, letter: Letter) -> Path:
    """Returns where the file of a letter is: a user's own, or that of the whole sending."""
    whole = path_of(crm, letter.sending)
    return whole.with_stem(f"{letter.sending_id}-{letter.user_id}") if letter.user_id else whole


@contextmanager
def kept(path: Path, content: bytes) -> Iterator[Callable[[], None]]:
    """Writes a file whole or not at all; it goes again unless the block, which names it in the database, calls."""
    named: list[bool] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_bytes(content)
    beside.replace(path)
    try:
        yield lambda: named.append(True)
    except BaseException:
        named.clear()
        raise
    finally:
        if not named:
            path.unlink(missing_ok=True)


def forget(crm: CRM, sendings: Sequence[Sending]) -> None:
    """Deletes sendings with their letters, and once that is certain their files.

    After the rows: a file that nothing names harms nobody, a row whose file is gone does.
    """
    ids = [one.id for one in sendings]
    with crm.work():
        if crm.database.for_update:  # a letter that is being planned at this moment comes before, or not at all
            list(Sending.select(Sending.id).where(Sending.id.in_(ids)).order_by(Sending.id).for_update())
        Letter.delete().where(Letter.sending.in_(ids)).execute()
        Sending.delete().where(Sending.id.in_(ids)).execute()
        crm.desk.announce_later(lambda: _unlink(crm, ids))


def _unlink(crm: CRM, ids: Sequence[int]) -> None:
    """Deletes all files of sendings, whatever their rows said: one may just have been written."""
    for key in ids:
        for pattern in (f"{key}.*", f"{key}-*.*"):
            for path in list(_folder(crm).glob(pattern)):
                path.unlink(missing_ok=True)


def _folder(crm: CRM) -> Path:
    return crm.config.files / "reports"
