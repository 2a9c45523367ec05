"""Evidence as the database keeps it."""

from peewee import BigIntegerField, CharField, ForeignKeyField, JSONField

from core.deals.models import Deal
from core.store.fields import Record, UtcField
from core.tasks.models import Task


class Evidence(Record):
    """Something that shows that a stage's result is fulfilled; `plugin` proposes it, `key` names it once and for all.

    `entity` and `entity_id`, or `url`, lead to the proof. `result` is what it says of the task's result. `state` is
    proposed, accepted or rejected; `user_id` is who decided, None for an automatic one.
    """

    task = ForeignKeyField(Task)
    deal = ForeignKeyField(Deal)
    plugin = CharField()
    kind = CharField()
    key = CharField(unique=True)
    title = CharField()
    entity = CharField(default="")
    entity_id = BigIntegerField(null=True)
    url = CharField(default="")
    result = JSONField(default=dict)
    state = CharField(default="proposed")
    at = UtcField()
    decided_at = UtcField(null=True)
    user_id = BigIntegerField(null=True)

    class Meta:
        table_name = "core_evidence"
