"""Whose default a variant is, tiles of the home page, schedules, what was sent to whom, as the database keeps it."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

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
    size = CharField(default="small")

    class Meta:
        table_name = "reports_tile"


class Schedule(Record):
    """When a variant is sent, in which form and to whom; made with what its owner may see.

    `every` is day, week or month; `on_day` the weekday (0 is Monday) or the day of the month; `at_hour` is by the
    company's clock. `recipients` are addresses of e-mail outside; `users` and `teams` are ids. `told_at` is when the
    administrators were told that it is sent to nobody, `owner_told_at` when its owner was that it did not reach
    everybody.
    """

    variant = ForeignKeyField(Variant)
    owner = ForeignKeyField(User)
    every = CharField()
    on_day = IntegerField(default=1)
    at_hour = IntegerField(default=8)
    form = CharField()
    recipients = JSONField(default=list)
    users = JSONField(default=list)
    teams = JSONField(default=list)
    told_at = UtcField(null=True)
    owner_told_at = UtcField(null=True)
    is_active = BooleanField(default=True)
    next_at = UtcField()
    created_at = UtcField()

    class Meta:
        table_name = "reports_schedule"


class Sending(Record):
    """What came of a schedule once: making, sent, kept (no channel carries files), refused or failed, with the reason.

    It is there before its report is made, by the job `job_id`: whatever happens meanwhile, it can be seen.
    """

    schedule = ForeignKeyField(Schedule)
    at = UtcField()
    state = CharField()
    note = CharField(default="")
    file_name = CharField(default="")
    size = IntegerField(default=0)
    job_id = BigIntegerField(null=True)

    class Meta:
        table_name = "reports_sending"


class Letter(Record):
    """A sending on its way to one reader; its states are in `states.py`.

    A user gets a file of one's own (`file_name`, if the user may take reports away), an address outside the owner's.
    `eyes` is what whoever it was made for might see then (`rights.eyes_of`); `provider_ref` is its network's number.
    """

    sending = ForeignKeyField(Sending)
    user = ForeignKeyField(User, null=True)
    address = CharField()
    subject = CharField(default="")
    body = TextField(default="")
    file_name = CharField(default="")
    state = CharField()
    reason = CharField(default="")
    eyes = CharField(default="")
    channel = CharField(default="")
    provider = CharField(default="")
    provider_ref = CharField(default="")

    @property
    def reader(self) -> str:
        """Who gets it: a user's name, or an address outside."""
        return self.user.name if self.user_id else self.address

    class Meta:
        table_name = "reports_letter"
