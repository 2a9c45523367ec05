"""Reads messages: which a user may see, one of them, and those behind entries of a timeline.

A message is seen with its client or its deal; one from an unknown address by those who hold `messages.unknown`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn

from core.clients.models import Client, Contact
from core.deals.models import Deal
from core.errors import NotFound
from core.i18n import _
from core.messages.models import Message, MessageEvent
from core.messages.states import ANSWERED, BOUNCED, CANCELLED, FAILED, RECEIVED, REFUSED
from core.users.access import visible_to
from core.users.models import User

UNKNOWN = "messages.unknown"
# Of these nothing more is to be heard.
FINAL = (ANSWERED, BOUNCED, CANCELLED, FAILED, RECEIVED, REFUSED)


def get_message(user: User, message_id: int) -> Message:
    """Returns a message that the user may see, as `visible_messages` has it; raises NotFound."""
    message = visible_messages(user).where(Message.id == message_id).first()
    if message is None:
        raise NotFound(_("There is no such message, or you may not see it."))
    return message


def visible_messages(user: User) -> ModelSelect:
    """Returns the query of the messages that a user may see, with client and contact.

    `seen_deal` of each is the deal that it is about, None for one that the user may not see.
    """
    query = Message.select(Message, Client, Contact, Deal).join(Client, JOIN.LEFT_OUTER)
    query = query.join_from(Message, Contact, JOIN.LEFT_OUTER)
    return with_seen_deal(query, user).where(is_seen(user, Message))


def with_seen_deal(query: ModelSelect, user: User) -> ModelSelect:
    """Returns a query of messages, which selects Deal, with each one's deal as `seen_deal` if the user sees that."""
    here = (Message.deal == Deal.id) & Deal.deleted_at.is_null() & visible_to(user, Deal.owner)
    return query.join_from(Message, Deal, JOIN.LEFT_OUTER, on=here, attr="seen_deal")


def is_seen(user: User, source: Any) -> Expression:
    """Returns the condition of the messages that `user` may see; `source` is Message or an alias of it."""
    clients, deals = Client.alias(), Deal.alias()
    by_client = clients.select(clients.id).where(clients.deleted_at.is_null(), visible_to(user, clients.owner))
    by_deal = deals.select(deals.id).where(deals.deleted_at.is_null(), visible_to(user, deals.owner))
    seen = source.client.in_(by_client) | source.deal.in_(by_deal)
    return seen | source.client.is_null() if user.can(UNKNOWN) else seen


def events_of(message: Message) -> Sequence[MessageEvent]:
    """Returns the states that a message came to, in order."""
    return list(MessageEvent.select().where(MessageEvent.message == message).order_by(MessageEvent.id))


def of_interactions(ids: Iterable[int]) -> dict[int, Message]:
    """Returns the message behind each entry of a timeline that has one, by the id of the interaction."""
    found = Message.select().where(Message.interaction.in_(sorted(ids)))
    return {one.interaction_id: one for one in found}


def newest_of(user: User, entity: str, entity_id: int) -> int:
    """Returns the id of the newest message that `user` sees and that came from a client or about a deal, 0 for none."""
    owner = Message.client if entity == "client" else Message.deal
    query = Message.select(fn.MAX(Message.id)).where(owner == entity_id, Message.direction == "in")
    return query.where(is_seen(user, Message)).scalar() or 0
