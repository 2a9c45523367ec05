"""Files that come with messages from clients: kept as uploads are, within the same bounds.

They are the deal's or the client's; those of an unknown sender are the message's until it is given to a client.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

from core.clients.models import Client
from core.errors import CRMError
from core.interactions.files import keep_file, plain_name
from core.interactions.models import StoredFile
from core.messages.models import Message
from core.runtime import CRM

MOST_FILES = 50
OF_NOBODY = "message"
# What a message's `extra` says of its files.
OWN_FACTS = ("files", "left_out", "refusals")


def keep_files(crm: CRM, message: Message, files: Iterable[tuple[str, bytes]]) -> None:
    """Keeps what came with a message, pairs of name and bytes; call it inside the work.

    What can't be kept (empty, too large, refused by a plugin, or more than MOST_FILES) is named under `left_out`, with
    the sentence that says why under `refusals`: the message counts more than its files.
    """
    ids: list[int] = []
    left_out: list[str] = []
    refusals: dict[str, str] = {}
    for name, content in files:
        try:
            if len(ids) < MOST_FILES:
                ids.append(keep_file(crm, *_place(message), name, BytesIO(content)).id)
                continue
        except CRMError as refusal:
            refusals[plain_name(name)] = str(refusal)
        left_out.append(plain_name(name))
    if ids or left_out:
        message.extra = {**message.extra, "files": ids, "left_out": left_out, "refusals": refusals}
        message.save(only=[Message.extra])


def give_files(messages: Sequence[Message], client: Client) -> None:
    """Gives the files of messages from an unknown address to the client that it turned out to be."""
    here = (StoredFile.entity == OF_NOBODY) & StoredFile.entity_id.in_([one.id for one in messages])
    StoredFile.update(entity="client", entity_id=client.id).where(here).execute()


def _place(message: Message) -> tuple[str, int]:
    if message.deal_id:
        return "deal", message.deal_id
    return ("client", message.client_id) if message.client_id else (OF_NOBODY, message.id)
