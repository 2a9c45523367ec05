"""Tasks as the database keeps them."""

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from core.clients.models import Client
from core.deals.models import Deal
from core.store.fields import Record, UtcField
from core.users.models import User


class Task(Record):
    """Something that a user is to do for a client or deal; `state` is open or done."""

    title = CharField()
    instructions = TextField(default="")
    client = ForeignKeyField(Client, null=True)
    deal = ForeignKeyField(Deal, null=True)
    user = ForeignKeyField(User, null=True)
    author = ForeignKeyField(User, null=True)
    due_at = UtcField(null=True)
    state = CharField(default="open")
    done_at = UtcField(null=True)
    version = IntegerField(default=1)
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "core_task"
