"""What was written between us and a client, or about a deal, over all channels: as one conversation."""

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import JOIN

from core.clients.models import Client, Contact
from core.deals.models import Deal
from core.messages.models import Message
from core.messages.reading import with_seen_deal
from core.users.models import User

PAGE = 30


@dataclass(frozen=True)
class Conversation:
    """Messages in the order in which they were written; `older` is the id before which there are more, 0 for none."""

    messages: Sequence[Message]
    older: int = 0


def conversation_of(user: User, subject: Client | Deal, before: int = 0) -> Conversation:
    """Returns the last messages of a client or deal, those before an id if one is given: for one who sees that record.

    By one query; `writer` of a message is who wrote it for us, if anybody did, `seen_deal` its deal if `user` sees it.
    """
    owner = Message.client if isinstance(subject, Client) else Message.deal
    query = Message.select(Message, Contact, Deal, User).join(Contact, JOIN.LEFT_OUTER)
    query = with_seen_deal(query, user)
    query = query.join_from(Message, User, JOIN.LEFT_OUTER, on=(Message.user_id == User.id), attr="writer")
    query = query.where(owner == subject.id)
    if before:
        query = query.where(Message.id < before)
    found = list(query.order_by(Message.id.desc()).limit(PAGE + 1))
    shown = found[:PAGE]
    return Conversation(shown[::-1], shown[-1].id if len(found) > PAGE else 0)
