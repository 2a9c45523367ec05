"""Files on clients and deals: their bytes lie under the instance's `files/`, named by their sha256, each once.

What a file is follows from its first bytes, not from its name; downloads are never shown inside our pages.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from peewee import JOIN

from core.errors import InvalidInput, NotAllowed, NotFound
from core.i18n import _
from core.interactions.comments import get_subject
from core.interactions.models import StoredFile
from core.runtime import CRM
from core.store import audit
from core.users.models import User

LARGEST = 25 * 1024 * 1024
_CHUNK = 1 << 20
_HEAD = 4096
_BINARY = "application/octet-stream"
_ZIPS = {  # by a name that stands among the first entries
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    b"opendocument.text": "application/vnd.oasis.opendocument.text",
    b"opendocument.spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
}
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-office"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"{\\rtf", "application/rtf"),
)


def store_file(crm: CRM, user: User, entity: str, entity_id: int, name: str, stream: BinaryIO) -> StoredFile:
    """Returns the file that a user has put on a client or deal; raises NotFound, and as `keep_file` does."""
    get_subject(crm, user, entity, entity_id)
    return keep_file(crm, entity, entity_id, name, stream, user=user)


def keep_file(
    crm: CRM, entity: str, entity_id: int, name: str, stream: BinaryIO, *, user: User | None = None
) -> StoredFile:
    """Returns a file that is kept on a record, whoever brought it; raises InvalidInput for an empty or too large one.

    The bytes are written before the row: a power cut leaves at most bytes that nothing refers to.
    """
    digest, size, head = _keep(crm.config.files, stream)
    with crm.work():
        made = StoredFile.create(
            entity=entity,
            entity_id=entity_id,
            user=user,
            name=plain_name(name),
            media_type=media_type(head),
            size=size,
            sha256=digest,
            at=crm.clock.now(),
        )
        audit.record(crm, entity, entity_id, "file added", {"file": [None, made.name]})
        crm.hooks.check("file_stored", crm=crm, stored=made)
    return made


def described(name: str, stream: BinaryIO) -> StoredFile:
    """Returns what is known of a file before it is kept, as a row without an id; the stream stands at its begin again.

    Raises InvalidInput for an empty or too large one.
    """
    head, size = stream.read(_HEAD), stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if not size:
        raise InvalidInput(_none())
    if size > LARGEST:
        raise InvalidInput(_too_large())
    return StoredFile(name=plain_name(name), media_type=media_type(head), size=size)


def files_of(entity: str, entity_id: int) -> list[StoredFile]:
    """Returns the files on a record, newest first."""
    query = StoredFile.select(StoredFile, User).join(User, JOIN.LEFT_OUTER)
    query = query.where(StoredFile.entity == entity, StoredFile.entity_id == entity_id)
    return list(query.order_by(StoredFile.at.desc(), StoredFile.id.desc()))


def get_file(crm: CRM, user: User, file_id: int) -> StoredFile:
    """Returns a file on a record that the user sees; raises NotFound."""
    found = StoredFile.get_or_none(StoredFile.id == file_id)
    if found is None:
        raise NotFound(_("There is no such file."))
    get_subject(crm, user, found.entity, found.entity_id)
    return found


def path_of(crm: CRM, stored: StoredFile) -> Path:
    """Returns where the bytes lie; raises NotFound if they are lost."""
    path = _place(crm.config.files, stored.sha256)
    if not path.is_file():
        raise NotFound(_("The file's content is missing on the server. Ask your administrator for the backup."))
    return path


def is_kept(crm: CRM, stored: StoredFile) -> bool:
    """Tells whether the bytes are still there."""
    return _place(crm.config.files, stored.sha256).is_file()


def delete_file(crm: CRM, user: User, stored: StoredFile) -> None:
    """Deletes a file, with its bytes if no other has them; only who added it may, and who may delete clients."""
    if stored.user_id != user.id and not user.can("clients.delete"):
        raise NotAllowed(_("Only the one who added a file may delete it."))
    with crm.work():
        stored.delete_instance()
        audit.record(crm, stored.entity, stored.entity_id, "file deleted", {"file": [stored.name, None]})
        is_last = not StoredFile.select().where(StoredFile.sha256 == stored.sha256).exists()
    if is_last:
        _place(crm.config.files, stored.sha256).unlink(missing_ok=True)


def plain_name(name: str) -> str:
    """Returns a file's name without folders and signs that file systems or headers trip over."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r'[\x00-\x1f\x7f"*:<>?|\u202a-\u202e\u2066-\u2069]', "_", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return (f"{stem[:150]}.{ending[:20]}" if dot and stem else name[:170]) or "file"


def media_type(head: bytes) -> str:
    """Returns the media type that the first bytes of a file tell; text of any kind is plain text."""
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], _BINARY)
    if head.startswith(b"PK\x03\x04"):
        return next((found for mark, found in _ZIPS.items() if mark in head), "application/zip")
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter of several bytes may be cut at the end of the head.
        if error.start < _HEAD - 4:
            return _BINARY
    return _BINARY if b"\x00" in head else "text/plain"


def _keep(folder: Path, stream: BinaryIO) -> tuple[str, int, bytes]:
    """Writes the bytes under the folder and returns their sha256, their number and the first of them."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        waiting = Path(file.name)
        try:
            for chunk in _chunks(stream):
                size += len(chunk)
                if size > LARGEST:
                    raise InvalidInput(_too_large())
                head = head or chunk[:_HEAD]
                digest.update(chunk)
                file.write(chunk)
            if not size:
                raise InvalidInput(_none())
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            waiting.unlink()
            raise
    place = _place(folder, digest.hexdigest())
    place.parent.mkdir(exist_ok=True)
    waiting.replace(place)
    return digest.hexdigest(), size, head


def _too_large() -> str:
    return _("This file is too large; up to %(n)s MB are taken here.", n=LARGEST >> 20)


def _none() -> str:
    return _("The file is empty, or none was chosen.")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _place(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest
