"""Stages, deal types with their versions, and reasons of loss, as the database keeps them."""

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from core.store.fields import Record, UtcField
from core.users.models import Role, User


class Stage(Record):
    """A stage of the reference list; `probability` (per cent, to pass it) is the default for types that take it up."""

    name = CharField(unique=True)
    probability = IntegerField()
    is_standard = BooleanField(default=False)
    is_active = BooleanField(default=True)

    class Meta:
        table_name = "core_stage"


class DealType(Record):
    """How deals of a kind are led: `mode` is process, manual or none; deals keep the version they were opened by.

    `loss_responsible` tells who works up a loss: one of RESPONSIBLES, or empty for nobody.
    """

    name = CharField(unique=True)
    mode = CharField()
    is_used = BooleanField(default=True)
    registers_demand = BooleanField(default=False)
    currency = CharField(default="")
    default_owner = ForeignKeyField(User, null=True)
    published_version_id = BigIntegerField(null=True)
    loss_responsible = CharField(default="owner")
    loss_user = ForeignKeyField(User, null=True)
    loss_role = ForeignKeyField(Role, null=True)
    version = IntegerField(default=1)
    created_at = UtcField()

    class Meta:
        table_name = "core_deal_type"


class DealTypeVersion(Record):
    """One published list of a type's stages; it never changes."""

    deal_type = ForeignKeyField(DealType)
    number = IntegerField()
    published_at = UtcField(null=True)

    class Meta:
        table_name = "core_deal_type_version"


class TypeStage(Record):
    """A stage in a version of a type: its place, from 0, the chance to pass it, and what is to be done there.

    `responsible` is owner, head (of the owner's team), user or role; the limit is in working days or working hours.
    `checklist` is a list of sentences; `result` a list of fields as `core.stages.results` describes them; `evidence` a
    list of {"kind", "is_automatic"}: what plugins may propose as the result. A mandatory stage is not skipped by hand.
    """

    version = ForeignKeyField(DealTypeVersion)
    stage = ForeignKeyField(Stage)
    place = IntegerField()
    probability = IntegerField()
    limit_days = IntegerField(null=True)
    limit_hours = IntegerField(null=True)
    responsible = CharField(default="owner")
    user = ForeignKeyField(User, null=True)
    role = ForeignKeyField(Role, null=True)
    task_title = CharField(default="")
    instructions = TextField(default="")
    checklist = JSONField(default=list)
    result = JSONField(default=list)
    evidence = JSONField(default=list)
    is_mandatory = BooleanField(default=False)

    class Meta:
        table_name = "core_type_stage"


class LossReason(Record):
    """Why deals are lost; some, such as "other", are taken only with a note.

    `key` names the few that the program itself knows: `not_given` stands for what an import did not tell.
    """

    name = CharField(unique=True)
    key = CharField(default="")
    needs_note = BooleanField(default=False)
    is_active = BooleanField(default=True)

    class Meta:
        table_name = "core_loss_reason"
