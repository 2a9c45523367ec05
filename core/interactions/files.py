"""Files on clients and deals: bounded, typed by their content, kept once under their sha256."""

import hashlib
import os
import tempfile
from pathlib import Path, PurePath
from typing import BinaryIO

from core.errors import InvalidInput, NotFound
from core.i18n import _, format_number
from core.interactions.models import StoredFile
from core.runtime import CRM
from core.store import audit
from core.users.models import User

LARGEST = 25 * 1024 * 1024
CHUNK = 64 * 1024
OCTETS = "application/octet-stream"
# Beginnings of files by which their type is known; what people may open in the browser is decided by the type alone.
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")


def store_file(crm: CRM, entity: str, entity_id: int, user: User | None, name: str, stream: BinaryIO) -> StoredFile:
    """Returns the record of an uploaded file, whose bytes are kept once however often it comes.

    Raises InvalidInput for an empty file, one over 25 MB, and programs.
    """
    name = clean_name(name)
    draft, digest, size, head = _take(crm.config.files, stream)
    try:
        if size == 0:
            raise InvalidInput(_("The file %(name)s is empty; choose another.", name=name))
        if head.startswith(_PROGRAMS):
            raise InvalidInput(_("%(name)s is a program; send documents, pictures or sound.", name=name))
        target = _path(crm, digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    with crm.work():
        stored = StoredFile.create(
            entity=entity,
            entity_id=entity_id,
            user=user,
            name=name,
            media_type=media_type(head, name),
            size=size,
            sha256=digest,
            at=crm.clock.now(),
        )
        audit.record(crm, entity, entity_id, "file added", {"file": [None, name]})
    return stored


def path_of(crm: CRM, stored: StoredFile) -> Path:
    """Returns where the bytes lie; raises NotFound if they are gone."""
    path = _path(crm, stored.sha256)
    if not path.exists():
        raise NotFound(_("The file %(name)s is no longer there; restore it from a backup.", name=stored.name))
    return path


def files_of(entity: str, entity_id: int) -> list[StoredFile]:
    """Returns a record's files, newest first."""
    query = StoredFile.select().where(StoredFile.entity == entity, StoredFile.entity_id == entity_id)
    return list(query.order_by(StoredFile.id.desc()))


def delete_file(crm: CRM, stored: StoredFile) -> None:
    """Takes a file off its record; its bytes go when no other record has them."""
    with crm.work():
        audit.record(crm, stored.entity, stored.entity_id, "file deleted", {"file": [stored.name, None]})
        stored.delete_instance()
        is_shared = StoredFile.select().where(StoredFile.sha256 == stored.sha256).exists()
    if not is_shared:
        _path(crm, stored.sha256).unlink(missing_ok=True)


def media_type(head: bytes, name: str) -> str:
    """Returns the media type that the first bytes tell; text is text/plain whatever it contains."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return _OFFICE.get(PurePath(name).suffix.lower(), kind) if kind == "application/zip" else kind
    try:
        head[: len(head) // 4 * 4].decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        # A character cut at the end of what was read is still text.
        return "text/plain" if error.start > len(head) - 8 and b"\0" not in head else OCTETS
    return OCTETS if b"\0" in head else "text/plain"


def clean_name(name: str) -> str:
    """Returns a file's name without folders and unprintable signs, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(char for char in last if char.isprintable()).strip(". ")
    return printable[-200:] or "file"


def _take(folder: Path, stream: BinaryIO) -> tuple[Path, str, int, bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    handle, name = tempfile.mkstemp(dir=folder, prefix="upload-")
    try:
        with os.fdopen(handle, "wb") as draft:
            while chunk := stream.read(CHUNK):
                head = head or chunk[:4096]
                size += len(chunk)
                if size > LARGEST:
                    raise InvalidInput(
                        _("The file is larger than %(n)s MB; send a smaller one.", n=format_number(LARGEST >> 20))
                    )
                digest.update(chunk)
                draft.write(chunk)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name), digest.hexdigest(), size, head


def _path(crm: CRM, digest: str) -> Path:
    return crm.config.files / digest[:2] / digest
