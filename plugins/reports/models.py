"""Variants: settings of a report, saved under a name."""

from peewee import BooleanField, CharField, ForeignKeyField, JSONField

from core.api import Record, User, UtcField


class Variant(Record):
    """Settings of a report that somebody saved; shared ones are seen by everybody.

    `settings` are the parameters as they came: pairs of name and value, in order.
    """

    report = CharField()
    name = CharField()
    owner = ForeignKeyField(User)
    is_shared = BooleanField(default=False)
    settings = JSONField()
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "reports_variant"
