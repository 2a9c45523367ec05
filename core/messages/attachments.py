"""Files that go along with messages: what a channel takes, what is chosen, and how a channel opens what it sends.

A message keeps the ids of its files under `files` of its `extra`; the files themselves are those of its client or deal.
What comes with messages is the business of `incoming_files`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput, NotFound, ProviderError
from core.hooks.channels import Channel, Outgoing
from core.i18n import Text, _, ngettext
from core.interactions.files import files_of, is_kept, path_of
from core.interactions.models import StoredFile
from core.messages.models import Message
from core.runtime import CRM
from core.users.access import visible_to
from core.users.models import User

_MEGABYTE = 1 << 20
# How people call what channels name by its media type.
_KINDS = {
    "application/msword": "Word",
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/zip": "ZIP",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
}


@dataclass(frozen=True)
class Attachment:
    """A file that goes along with a message; its media type follows from its first bytes, `size` is in bytes."""

    name: str
    media_type: str
    size: int
    path: Path

    def open(self) -> BinaryIO:
        """Returns the bytes as a stream, which the caller closes."""
        return self.path.open("rb")


def attachments_of(crm: CRM, outgoing: Outgoing) -> list[Attachment]:
    """Returns the files of a message that is handed over, as they were chosen; none is an empty list.

    The core has seen that the channel takes them and that they are there. Raises ProviderError, which is not retryable,
    for one that was deleted since.
    """
    if not all(one.path.is_file() for one in outgoing.attached):
        raise ProviderError(gone(), retryable=False)
    found = _by_id(outgoing.files)
    missing = [one for one in outgoing.files if one not in found]
    if missing or not all(is_kept(crm, one) for one in found.values()):
        raise ProviderError(gone(), retryable=False)
    files = [found[one] for one in outgoing.files]
    chosen = [Attachment(one.name, one.media_type, one.size, path_of(crm, one)) for one in files]
    return [*outgoing.attached, *chosen]


def has_lost_files(crm: CRM, message: Message) -> bool:
    """Tells whether a file of the message is gone."""
    found = _by_id(message.file_ids)
    return len(found) < len(set(message.file_ids)) or not all(is_kept(crm, one) for one in found.values())


def gone() -> str:
    """Returns the sentence about a message whose file was deleted."""
    return _("A file that goes along was deleted.")


def files_at_hand(user: User, client: Client, deal: Deal | None) -> list[StoredFile]:
    """Returns the files that may go along, newest first: the deal's, and the client's if the user sees the client."""
    seen = Client.select().where(Client.id == client.id, visible_to(user, Client.owner)).exists()
    return (files_of("deal", deal.id) if deal else []) + (files_of("client", client.id) if seen else [])


def files_to_send(user: User, client: Client, deal: Deal | None, ids: Iterable[int]) -> list[StoredFile]:
    """Returns the chosen files; raises InvalidInput for one that is not at hand."""
    ids = list(dict.fromkeys(ids))
    found = {one.id: one for one in files_at_hand(user, client, deal)} if ids else {}
    if any(one not in found for one in ids):
        sentence = _("Only files of the client or the deal can go along.")
        raise InvalidInput(sentence, fields={"files": [sentence]})
    return [found[one] for one in ids]


def load_files(messages: Iterable[Message]) -> None:
    """Sets `shown_files` of messages to those of their files that are still there, by one query where any has some."""
    messages = list(messages)
    found = _by_id([one for message in messages for one in message.file_ids])
    for message in messages:
        message.shown_files = [found[one] for one in message.file_ids if one in found]


def file_of(message: Message, file_id: int) -> StoredFile:
    """Returns a file of a message: whoever sees a message sees what belongs to it. Raises NotFound."""
    found = _by_id([file_id]).get(file_id) if file_id in message.file_ids else None
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


def check_files(channel: Channel, files: Sequence[StoredFile | Attachment]) -> None:
    """Raises InvalidInput with one sentence when the channel does not take these files together."""
    if sentence := _objection(channel, files):
        raise InvalidInput(sentence, fields={"files": [sentence]})


def limits(channel: Channel) -> str:
    """Returns what files the channel takes, in words: “At most 3 files, 5 MB together: PDF, PNG.”"""
    size = max(1, channel.most_bytes // _MEGABYTE)
    number = channel.most_files
    words = ngettext("One file of at most %(size)s MB", "At most %(n)s files, %(size)s MB together", number, size=size)
    kinds = kinds_of(channel)
    return f"{words}: {kinds}." if kinds else f"{words}."


def kinds_of(channel: Channel) -> str:
    """Returns the kinds of files that the channel takes, in words; an empty text where it takes all."""
    return ", ".join(str(_kind(one)) for one in channel.file_types)


def _objection(channel: Channel, files: Sequence[StoredFile | Attachment]) -> str:
    if files and not channel.carries_files:
        return _("%(channel)s carries no files.", channel=channel.label)
    if len(files) > channel.most_files or sum(one.size for one in files) > channel.most_bytes:
        return _("%(channel)s does not take so much. %(limits)s", channel=channel.label, limits=limits(channel))
    wrong = next((one for one in files if not _is_taken(channel, one.media_type)), None)
    if wrong is None:
        return ""
    kinds = kinds_of(channel)
    return _(
        "%(channel)s does not take “%(file)s”, but: %(kinds)s.", channel=channel.label, file=wrong.name, kinds=kinds
    )


def _is_taken(channel: Channel, media_type: str) -> bool:
    family = f"{media_type.partition('/')[0]}/*"
    return not channel.file_types or media_type in channel.file_types or family in channel.file_types


def _kind(media_type: str) -> Text:
    families = {"image/*": _("pictures"), "audio/*": _("sound"), "video/*": _("films"), "text/*": _("text")}
    return families.get(media_type) or _KINDS.get(media_type, media_type)


def _by_id(ids: Sequence[int]) -> dict[int, StoredFile]:
    if not ids:
        return {}
    return {one.id: one for one in StoredFile.select().where(StoredFile.id.in_(list(ids)))}
