"""REST of messages: sent through a channel, followed, tried again, cancelled, assigned and done with."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response

from core.clients.contacts import get_contact
from core.clients.services import get_client
from core.deals.services import get_deal
from core.interactions.pages import download_of
from core.messages import inbox
from core.messages.again import send_again
from core.messages.attachments import file_of, files_to_send
from core.messages.models import Message
from core.messages.reading import get_message, visible_messages
from core.messages.schemas import AgainSchema, AssignSchema, MessageSchema
from core.messages.writing import cancel_message, queue_message
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, guard, listing, rest_blueprint

blueprint = rest_blueprint("messages", "What is written to clients, and what they write")
blueprints = (blueprint,)


def _files_of(messages: Sequence[Message]) -> dict[int, dict[str, Any]]:
    found = Message.select(Message.id, Message.extra).where(Message.id.in_([one.id for one in messages]))
    return {one.id: {"files": one.file_ids, "left_out": one.left_out} for one in found}


MESSAGES = Resource(
    "messages",
    Message,
    MessageSchema,
    visible_messages,
    entity="message",
    search=lambda text: Message.body.contains(text) | Message.subject.contains(text) | Message.address.contains(text),
    order="-id",
    more=_files_of,
)


@blueprint.list("/messages", MESSAGES)
@needs("clients.read")
def list_messages() -> Response:
    """Lists messages to and from clients, the newest first."""
    return listing(MESSAGES)


@blueprint.post("/messages", MESSAGES, MessageSchema)
@needs("clients.write")
def send_message(values: dict[str, Any]) -> Response:
    """Queues a message to a client: it is sent at once, or at `send_after`; consent is asked again when it is sent."""
    client = get_client(crm(), user(), values.pop("client_id"))
    contact, deal_id = values.pop("contact_id"), values.pop("deal_id")
    deal = None if deal_id is None else get_deal(crm(), user(), deal_id)
    made = queue_message(
        crm(),
        values.pop("channel"),
        client=client,
        contact=None if contact is None else get_contact(crm(), user(), contact),
        deal=deal,
        files=files_to_send(user(), client, deal, values.pop("file_ids")),
        **values,
    )
    return answer(MESSAGES, made, 201)


@blueprint.get(f"/messages/<{ID}:message_id>", MESSAGES)
@needs("clients.read")
def get_one_message(message_id: int) -> Response:
    """Shows a message."""
    return answer(MESSAGES, get_message(user(), message_id))


@blueprint.file(f"/messages/<{ID}:message_id>/files/<{ID}:file_id>")
@needs("clients.read")
def get_file_of_message(message_id: int, file_id: int) -> Response:
    """Gives a file that went along or came with a message."""
    return download_of(file_of(get_message(user(), message_id), file_id))


@blueprint.act(f"/messages/<{ID}:message_id>/again", MESSAGES, AgainSchema)
@needs("clients.write")
def try_again(values: dict[str, Any], message_id: int) -> Response:
    """Sends a message again that did not arrive; an uncertain one, which may have arrived, only with `is_sure`."""
    return _act(message_id, lambda message: send_again(crm(), message, **values))


@blueprint.act(f"/messages/<{ID}:message_id>/cancel", MESSAGES)
@needs("clients.write")
def cancel(message_id: int) -> Response:
    """Takes a message that still waits out of the queue."""
    return _act(message_id, lambda message: cancel_message(crm(), message))


@blueprint.act(f"/messages/<{ID}:message_id>/done", MESSAGES)
@needs("clients.write")
def be_done(message_id: int) -> Response:
    """Marks a message that came in as done with: it needs no answer."""
    return _act(message_id, lambda message: inbox.handle(crm(), message))


@blueprint.act(f"/messages/<{ID}:message_id>/assign", MESSAGES, AssignSchema)
@needs("clients.write")
def assign(values: dict[str, Any], message_id: int) -> Response:
    """Gives all messages of an unknown address to a client; the address joins its card unless told otherwise."""
    client = get_client(crm(), user(), values["client"])
    contact = None if values["contact"] is None else get_contact(crm(), user(), values["contact"])

    def give(message: Message) -> Message:
        inbox.assign(crm(), message, client, contact, keeps_address=values["keeps_address"])
        return get_message(user(), message.id)

    return _act(message_id, give)


def _act(message_id: int, change: Callable[[Message], Message]) -> Response:
    found = get_message(user(), message_id)
    with guard(MESSAGES, found):
        found = change(found)
    return answer(MESSAGES, found)
