"""Webhooks as the database keeps them: who is told of what, and each delivery with how it went."""

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from core.store.fields import Record, UtcField
from core.users.models import User


class Webhook(Record):
    """An address that is told of events; `secret` is sealed with the instance's key."""

    url = TextField()
    events = JSONField()
    secret = TextField()
    note = CharField(default="")
    is_active = BooleanField(default=True)
    user = ForeignKeyField(User, null=True)
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "core_webhook"


class Delivery(Record):
    """One event for one webhook: the body as it is sent, and how the last attempt went.

    `state` is waiting (not tried yet), failed (the last attempt was) or delivered. `answer` begins what the other side
    said, or is the sentence why nothing came back.
    """

    webhook = ForeignKeyField(Webhook)
    event = CharField()
    body = TextField()
    state = CharField(default="waiting")
    attempts = IntegerField(default=0)
    status = IntegerField(null=True)
    answer = TextField(default="")
    duration_ms = IntegerField(null=True)
    created_at = UtcField()
    tried_at = UtcField(null=True)

    class Meta:
        table_name = "core_webhook_delivery"
