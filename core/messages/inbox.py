"""The inbox: what came in and waits to be answered, from clients and from addresses that nobody knows yet."""

from collections.abc import Sequence

from peewee import JOIN, ModelSelect, fn

from core.clients.models import Client, Contact, ContactPoint
from core.clients.points import KINDS, repeat_primary
from core.errors import InvalidInput
from core.hooks.contributions import LiveTopic
from core.i18n import _, format_number
from core.messages.incoming import note_received
from core.messages.incoming_files import give_files
from core.messages.models import Message
from core.messages.reading import UNKNOWN, visible_messages
from core.messages.writing import channel_of
from core.runtime import CRM
from core.users.models import Role, User

BADGE_KEY, NEWS_KEY = "core.inbox", "core.messages"
MOST = 99


def waiting_messages(user: User) -> ModelSelect:
    """Returns the query of the messages that came in, wait and are seen by a user, the newest first."""
    waits = (Message.direction == "in") & Message.handled_at.is_null()
    return visible_messages(user).where(waits).order_by(Message.id.desc())


def handle(crm: CRM, message: Message, *, is_done: bool = True) -> Message:
    """Returns a message that came in as done with, or as waiting again; raises InvalidInput for one of ours."""
    if message.direction != "in":
        raise InvalidInput(_("Only a message that came in can be done with."))
    now = crm.clock.now()
    with crm.work():
        message.handled_at, message.handled_by_id = (now, crm.actor.user_id) if is_done else (None, None)
        message.changed_at = now
        message.save(only=[Message.handled_at, Message.handled_by_id, Message.changed_at])
        crm.changed("message", message.id, "handled" if is_done else "waiting")
    return message


def assign(
    crm: CRM, message: Message, client: Client, contact: Contact | None = None, *, keeps_address: bool = True
) -> int:
    """Gives all messages of an unknown address to a client and returns how many; they stand on its timeline then.

    With `keeps_address` a phone or e-mail joins the card, so that the sender is known everywhere. Raises InvalidInput
    for a message that has a client.
    """
    if message.client_id is not None or message.direction != "in":
        raise InvalidInput(_("This message belongs to a client already."))
    if contact is not None and contact.client_id != client.id:
        raise InvalidInput(_("This belongs to another client; choose one of this client."))
    same = (Message.channel == message.channel) & (Message.address == message.address) & Message.client.is_null()
    with crm.work():
        found = list(Message.select().where(same, Message.direction == "in").order_by(Message.id))
        for one in found:
            one.client, one.contact, one.changed_at = client, contact, crm.clock.now()
            one.save(only=[Message.client, Message.contact, Message.changed_at])
            note_received(crm, one)
            crm.changed("message", one.id, "assigned")
        give_files(found, client)
        if keeps_address:
            _keep_address(crm, message, client, contact)
    return len(found)


def waiting_numbers(crm: CRM, user_ids: Sequence[int]) -> dict[int, int]:
    """Returns, by user, how many messages wait: those of the user's own clients, and of unknown addresses."""
    is_unknown = Message.client.is_null()
    query = Message.select(is_unknown, Client.owner, fn.COUNT(Message.id)).join(Client, JOIN.LEFT_OUTER)
    query = query.where(Message.direction == "in", Message.handled_at.is_null(), Client.deleted_at.is_null())
    numbers: dict[int, int] = {}
    for of_nobody, owner_id, count in query.group_by(is_unknown, Client.owner).tuples():
        for user_id in _who_see_unknown(user_ids) if of_nobody else [owner_id]:
            numbers[user_id] = numbers.get(user_id, 0) + count
    return {user_id: numbers[user_id] for user_id in user_ids if user_id in numbers}


def _who_see_unknown(user_ids: Sequence[int]) -> list[int]:
    query = User.select(User, Role).join(Role).where(User.id.in_(list(user_ids)))
    return [one.id for one in query if one.can(UNKNOWN)]


def _keep_address(crm: CRM, message: Message, client: Client, contact: Contact | None) -> None:
    kind = channel_of(crm, message.channel).address_kind
    known = ContactPoint.select().where(
        ContactPoint.client == client, ContactPoint.kind == kind, ContactPoint.value == message.address
    )
    if kind not in KINDS or known.exists():
        return
    ContactPoint.create(client=client, contact=contact, kind=kind, value=message.address, raw=message.address)
    repeat_primary(client)
    crm.changed("client", client.id, "changed")


def _badge(crm: CRM, user_ids: Sequence[int]) -> dict[int, str]:
    numbers = waiting_numbers(crm, user_ids)
    return {one: format_number(number) if number <= MOST else f"{MOST}+" for one, number in numbers.items()}


def _news(crm: CRM, user_ids: Sequence[int]) -> dict[int, str]:
    """Returns the same word for all until any message changes; what changed each page asks for itself."""
    newest = Message.select(Message.id, Message.changed_at).order_by(Message.changed_at.desc(), Message.id.desc())
    row = newest.limit(1).tuples().first()
    return dict.fromkeys(user_ids, f"{row[0]}-{row[1].timestamp():.6f}" if row else "")


TOPICS = (LiveTopic(BADGE_KEY, _badge), LiveTopic(NEWS_KEY, _news))
