"""Messages as the database keeps them."""

from collections.abc import Sequence

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from core.clients.models import Client, Contact
from core.deals.models import Deal
from core.interactions.models import Interaction, StoredFile
from core.store.fields import Record, UtcField


class Message(Record):
    """A message to (`direction` out) or from a client; it is a row before it is sent.

    `state` is one of `core.messages.states`; `provider_ref` is the network's own number of it, `extra` what only its
    channel understands. The core keeps there, under `files`, the ids of the files that went along or came with it,
    under `left_out` the names of those that could not be kept, and under `refusals` why, by their names. `user_id`
    wrote it. Without a client it came from an unknown address. One that came in waits in the inbox until it is
    handled. `shown_files` are those that `load_files` found for a page.
    """

    shown_files: Sequence[StoredFile] = ()

    channel = CharField()
    direction = CharField()
    client = ForeignKeyField(Client, null=True)
    contact = ForeignKeyField(Contact, null=True)
    deal = ForeignKeyField(Deal, null=True)
    interaction = ForeignKeyField(Interaction, null=True)
    user_id = BigIntegerField(null=True)
    address = CharField()
    subject = CharField(default="")
    body = TextField()
    parts = IntegerField(default=1)
    extra = JSONField(default=dict)
    state = CharField()
    reason = CharField(default="")
    provider = CharField(default="")
    provider_ref = CharField(default="")
    dedupe_key = CharField(null=True)
    attempts = IntegerField(default=0)
    send_after = UtcField()
    created_at = UtcField()
    sent_at = UtcField(null=True)
    changed_at = UtcField()
    handled_at = UtcField(null=True)
    handled_by_id = BigIntegerField(null=True)

    @property
    def file_ids(self) -> list[int]:
        """The files that belong to it, in the order in which they were chosen or came."""
        return list(self.extra.get("files") or [])

    @property
    def left_out(self) -> list[str]:
        """The names of the files that came with it and could not be kept."""
        return list(self.extra.get("left_out") or [])

    @property
    def refusals(self) -> dict[str, str]:
        """Why files that came with it could not be kept, by their names; nothing of those that were too many."""
        return dict(self.extra.get("refusals") or {})

    class Meta:
        table_name = "core_message"


class MessageEvent(Record):
    """A state that a message came to, when, and why."""

    message = ForeignKeyField(Message)
    state = CharField()
    at = UtcField()
    reason = CharField(default="")

    class Meta:
        table_name = "core_message_event"


class Receipt(Record):
    """A receipt of a message whose number is not known yet: networks may be quicker than their own answer."""

    channel = CharField()
    provider = CharField(default="")
    provider_ref = CharField()
    state = CharField()
    at = UtcField()
    reason = CharField(default="")
    came_at = UtcField()

    class Meta:
        table_name = "core_receipt"


class MessageTemplate(Record):
    """A text that is written again and again; names of fields in braces are filled in for each client.

    Without a channel it is for all of them.
    """

    name = CharField()
    channel = CharField(default="")
    subject = CharField(default="")
    body = TextField()
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "core_message_template"
