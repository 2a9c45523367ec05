"""Whose default a variant is, tiles of the home page, schedules, and what was sent, as the database keeps them."""

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, JSONField

from core.api import Record, User, UtcField
from plugins.reports.models import Variant


class Default(Record):
    """The variant with which a report begins for a user who asks for nothing else."""

    user = ForeignKeyField(User)
    report = CharField()
    variant = ForeignKeyField(Variant)

    class Meta:
        table_name = "reports_default"


class Tile(Record):
    """A report on somebody's home page: a variant, or a report as it usually is.

    A row whose report is empty says that its user wants no tiles.
    """

    user = ForeignKeyField(User)
    report = CharField()
    variant = ForeignKeyField(Variant, null=True)
    place = IntegerField()

    class Meta:
        table_name = "reports_tile"


class Schedule(Record):
    """When a variant is sent, in which form and to whom; made with what its owner may see.

    `every` is day, week or month; `on_day` the weekday (0 is Monday) or the day of the month; `at_hour` is by the
    company's clock. `recipients` are addresses of e-mail.
    """

    variant = ForeignKeyField(Variant)
    owner = ForeignKeyField(User)
    every = CharField()
    on_day = IntegerField(default=1)
    at_hour = IntegerField(default=8)
    form = CharField()
    recipients = JSONField(default=list)
    is_active = BooleanField(default=True)
    next_at = UtcField()
    created_at = UtcField()

    class Meta:
        table_name = "reports_schedule"


class Sending(Record):
    """What came of a schedule once: sent, kept (no channel carries files), refused or failed, with the reason."""

    schedule = ForeignKeyField(Schedule)
    at = UtcField()
    state = CharField()
    note = CharField(default="")
    file_name = CharField(default="")
    size = IntegerField(default=0)

    class Meta:
        table_name = "reports_sending"
