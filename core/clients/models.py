"""Clients and what hangs on them, as the database keeps them."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)

from core.store.fields import Record, UtcField
from core.users.models import User


class Source(Record):
    """Where clients and deals come from: a fair, a recommendation, the web site."""

    name = CharField(unique=True)
    is_active = BooleanField(default=True)

    class Meta:
        table_name = "core_source"


class Category(Record):
    """A tag that clients bear."""

    name = CharField(unique=True)
    colour = CharField(default="")

    class Meta:
        table_name = "core_category"


class Property(Record):
    """A field that an administrator added to clients or deals.

    `kind` is text, number, money, date, choice, multichoice, bool or user. `choices` are the texts to choose from,
    which records keep as they are; those in `retired_choices` stay valid where they stand, but are offered no more.
    """

    entity = CharField()
    key = CharField()
    name = CharField()
    kind = CharField()
    choices = JSONField(default=list)
    retired_choices = JSONField(default=list)
    is_required = BooleanField(default=False)
    is_active = BooleanField(default=True)
    place = IntegerField(default=0)

    class Meta:
        table_name = "core_property"


class Client(Record):
    """A company or person; `phone` and `email` repeat its primary points, so that lists need no join.

    `kind` is company or person; `status` is one of `core.clients.statuses.STATUSES`. `properties` maps the key of a
    property to its value as JSON. A row with `deleted_at` is in the trash; one with `merged_into_id` was merged.
    """

    kind = CharField()
    name = CharField()
    name_key = CharField()
    tax_number = CharField(default="")
    salutation = CharField(default="")
    language = CharField(default="")
    time_zone = CharField(default="")
    website = CharField(default="")
    country = CharField(default="")
    region = CharField(default="")
    city = CharField(default="")
    postal_code = CharField(default="")
    address = CharField(default="")
    owner = ForeignKeyField(User, null=True)
    source = ForeignKeyField(Source, null=True)
    status = CharField()
    phone = CharField(default="")
    email = CharField(default="")
    note = TextField(default="")
    next_need_on = DateField(null=True)
    next_contact_on = DateField(null=True)
    properties = JSONField(default=dict)
    import_id = BigIntegerField(null=True)
    import_row = IntegerField(null=True)
    merged_into_id = BigIntegerField(null=True)
    version = IntegerField(default=1)
    created_at = UtcField()
    changed_at = UtcField()
    deleted_at = UtcField(null=True)

    class Meta:
        table_name = "core_client"


class Contact(Record):
    """A person to talk to at a client."""

    client = ForeignKeyField(Client)
    name = CharField()
    position = CharField(default="")
    salutation = CharField(default="")
    language = CharField(default="")
    time_zone = CharField(default="")
    birthday_on = DateField(null=True)
    is_primary = BooleanField(default=False)
    note = TextField(default="")
    import_id = BigIntegerField(null=True)
    version = IntegerField(default=1)
    created_at = UtcField()
    changed_at = UtcField()
    deleted_at = UtcField(null=True)

    class Meta:
        table_name = "core_contact"


class ContactPoint(Record):
    """A phone or e-mail (`kind`) of a client or of one of its contacts; `raw` is what was typed.

    `value` is E.164 or a lower-case address when `is_valid`, else the raw text.
    """

    client = ForeignKeyField(Client)
    contact = ForeignKeyField(Contact, null=True)
    kind = CharField()
    value = CharField()
    raw = CharField()
    label = CharField(default="")
    is_valid = BooleanField(default=True)
    is_primary = BooleanField(default=False)

    class Meta:
        table_name = "core_contact_point"


class Consent(Record):
    """A word of the client about a channel (email, sms, phone); the latest of a channel counts."""

    client = ForeignKeyField(Client)
    contact = ForeignKeyField(Contact, null=True)
    channel = CharField()
    is_given = BooleanField()
    at = UtcField()
    how = CharField(default="")
    user_id = BigIntegerField(null=True)

    class Meta:
        table_name = "core_consent"


class ClientCategory(Record):
    """A client's category."""

    client = ForeignKeyField(Client)
    category = ForeignKeyField(Category)

    class Meta:
        table_name = "core_client_category"


class Merge(Record):
    """A merge of two clients, with all it takes to undo it."""

    kept = ForeignKeyField(Client)
    gone = ForeignKeyField(Client)
    at = UtcField()
    user_id = BigIntegerField(null=True)
    before = JSONField()
    undone_at = UtcField(null=True)

    class Meta:
        table_name = "core_merge"
