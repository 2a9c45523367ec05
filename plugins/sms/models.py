"""Gateways, the parts of messages both ways, and receipts that came too early, as the database keeps them."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from core.api import Record, UtcField


class Gateway(Record):
    """A way to the network: `kind` is one of `providers.KINDS`, `secret` is sealed, `token` stands in its callbacks.

    It serves numbers that begin with one of `prefixes` (with blanks between; none: all), in the order of `place`.
    """

    name = CharField(unique=True)
    kind = CharField()
    place = IntegerField(default=0)
    is_active = BooleanField(default=True)
    address = CharField(default="")
    login = CharField(default="")
    secret = CharField(default="")
    authority = TextField(default="")
    sender = CharField(default="")
    prefixes = CharField(default="")
    per_second = IntegerField(default=10)
    options = JSONField(default=dict)
    token = CharField(unique=True)
    created_at = UtcField()

    class Meta:
        table_name = "sms_gateway"


class Part(Record):
    """One part that a gateway took, of `total`, and what became of it; `ref` is the network's number as it is compared.

    A part that is sent once more is another row of the same place.
    """

    message_id = BigIntegerField()
    place = IntegerField()
    total = IntegerField(default=1)
    gateway = ForeignKeyField(Gateway)
    ref = CharField()
    state = CharField()
    reason = CharField(default="")
    changed_at = UtcField()

    class Meta:
        table_name = "sms_part"


class EarlyReceipt(Record):
    """A receipt that was quicker than the answer to its part."""

    gateway = ForeignKeyField(Gateway)
    ref = CharField()
    state = CharField()
    reason = CharField(default="")
    came_at = UtcField()

    class Meta:
        table_name = "sms_early_receipt"


class Delivery(Record):
    """A message from a client as it came over a `line`, a word for each line that was bound; known by its `digest`."""

    gateway = ForeignKeyField(Gateway)
    digest = CharField()
    line = CharField()
    came_at = UtcField()

    class Meta:
        table_name = "sms_delivery"


class IncomingPart(Record):
    """A part of a long message from a client whose other parts have yet to come; `place` counts from 1."""

    gateway = ForeignKeyField(Gateway)
    address = CharField()
    ref = IntegerField()
    total = IntegerField()
    place = IntegerField()
    body = CharField()
    came_at = UtcField()

    class Meta:
        table_name = "sms_incoming_part"
