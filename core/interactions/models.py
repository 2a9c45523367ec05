"""What passed between us and clients, as the database keeps it."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from core.clients.models import Client, Contact
from core.deals.models import Deal
from core.store.fields import Record, UtcField
from core.users.models import User


class Interaction(Record):
    """A call, letter, sms, meeting or note (`kind`), planned or held; `direction` is in, out or empty."""

    kind = CharField()
    direction = CharField(default="")
    client = ForeignKeyField(Client)
    contact = ForeignKeyField(Contact, null=True)
    deal = ForeignKeyField(Deal, null=True)
    user = ForeignKeyField(User, null=True)
    subject = CharField(default="")
    body = TextField(default="")
    at = UtcField()
    duration_s = IntegerField(null=True)
    is_planned = BooleanField(default=False)
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "core_interaction"


class Comment(Record):
    """What a colleague remarks on a client or deal; clients never see it."""

    entity = CharField()
    entity_id = BigIntegerField()
    user = ForeignKeyField(User, null=True)
    body = TextField()
    at = UtcField()

    class Meta:
        table_name = "core_comment"


class StoredFile(Record):
    """A file on a client or deal; its bytes lie under the instance's `files/`, named by their sha256."""

    entity = CharField()
    entity_id = BigIntegerField()
    user = ForeignKeyField(User, null=True)
    name = CharField()
    media_type = CharField()
    size = IntegerField()
    sha256 = CharField()
    at = UtcField()

    class Meta:
        table_name = "core_file"
