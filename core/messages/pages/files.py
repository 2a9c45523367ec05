"""Files that go along with a message from the dialog: chosen among those kept, or new ones that are kept with it."""

from collections.abc import Sequence

from flask import request

from core.clients.models import Client
from core.deals.models import Deal
from core.hooks.channels import Channel, Draft
from core.interactions.files import described, store_file
from core.interactions.models import StoredFile
from core.messages.attachments import check_files, files_to_send
from core.messages.writing import prepared
from core.web.context import crm, user

# What the form sends around the files themselves.
ENVELOPE = 1 << 20


def going_along(
    channel: Channel, client: Client, deal: Deal | None, draft: Draft, ids: Sequence[int]
) -> list[StoredFile]:
    """Returns the files of a message; new ones are kept on its deal, or else its client, if all of it can be sent.

    Call it inside the work that queues the message. Raises InvalidInput before a byte is kept: bytes outlive a work
    that fails.
    """
    if not channel.carries_files:
        return []
    sent = [one for one in request.files.getlist("new_files") if one.filename]
    chosen = files_to_send(user(), client, deal, ids)
    check_files(channel, [*chosen, *(described(one.filename, one.stream) for one in sent)])
    prepared(crm(), channel, client, draft)
    place = ("deal", deal.id) if deal else ("client", client.id)
    return chosen + [store_file(crm(), user(), *place, one.filename, one.stream) for one in sent]
