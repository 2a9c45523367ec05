"""Imports as the database keeps them."""

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField, JSONField, TextField

from core.api import Record, UtcField


class Batch(Record):
    """One import of one file.

    `state` is draft (being prepared), waiting, running, done, failed, undoing or undone. `done_row` is the last row of
    the sheet whose chunk was committed: a run that was cut off goes on after it. `kept` says what an undo left and why.
    """

    kind = CharField()
    state = CharField(default="draft")
    file_name = CharField()
    stored_name = CharField()
    plan = JSONField()
    fixes = JSONField(default=dict)
    rows = IntegerField(default=0)
    created = IntegerField(default=0)
    updated = IntegerField(default=0)
    skipped = IntegerField(default=0)
    rejected = IntegerField(default=0)
    height = IntegerField(default=0)
    done_row = IntegerField(default=0)
    message = TextField(default="")
    kept = JSONField(default=list)
    user_id = BigIntegerField(null=True)
    job_id = BigIntegerField(null=True)
    created_at = UtcField()
    finished_at = UtcField(null=True)
    undone_at = UtcField(null=True)

    class Meta:
        table_name = "importers_batch"


class Rejected(Record):
    """One reason why one row was refused: its number as the spreadsheet shows it, the column's title, the sentence."""

    batch = ForeignKeyField(Batch)
    row = IntegerField()
    title = CharField()
    message = TextField()

    class Meta:
        table_name = "importers_rejected"


class Change(Record):
    """What a record was before the import changed it, what the import wrote, and the version it got by that."""

    batch = ForeignKeyField(Batch)
    entity = CharField()
    entity_id = BigIntegerField()
    before = JSONField()
    after = JSONField()
    version = IntegerField()

    class Meta:
        table_name = "importers_change"


class Made(Record):
    """A record that the import made beside the rows' own: a source, a user, a type, a contact of a known client."""

    batch = ForeignKeyField(Batch)
    entity = CharField()
    entity_id = BigIntegerField()

    class Meta:
        table_name = "importers_made"


class Mapping(Record):
    """Columns and options as they were used last for a file with these titles."""

    kind = CharField()
    titles_key = CharField()
    columns = JSONField()
    options = JSONField()
    user_id = BigIntegerField(null=True)
    used_at = UtcField()

    class Meta:
        table_name = "importers_mapping"
