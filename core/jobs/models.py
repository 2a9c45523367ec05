"""Jobs as the database keeps them."""

from peewee import BigIntegerField, CharField, Expression, IntegerField, JSONField, TextField, fn

from core.store.fields import Record, UtcField


class Job(Record):
    """One job: states are waiting, running, done, failed, cancelled; `progress` is per cent."""

    plugin = CharField()
    kind = CharField()
    args = JSONField()
    state = CharField(default="waiting")
    run_at = UtcField()
    lease_until = UtcField(null=True)
    attempts = IntegerField(default=0)
    crashes = IntegerField(default=0)
    progress = IntegerField(default=0)
    progress_note = TextField(default="")
    last_error = TextField(default="")
    dedupe_key = CharField(null=True)
    due_at = UtcField(null=True)
    user_id = BigIntegerField(null=True)
    created_at = UtcField()
    finished_at = UtcField(null=True)

    class Meta:
        table_name = "core_job"


def is_in_hand(job: Job) -> Expression:
    """Returns the condition that a claimed job is still its worker's.

    It is not when a person has stopped it, even if it runs again since, as its other time tells; nor when its lease
    ended, as it does when the clock is put forward or the machine slept: then another worker may have begun it anew.
    """
    is_this_run = (Job.attempts == job.attempts) & (Job.run_at == job.run_at)
    return (Job.id == job.id) & (Job.state == "running") & is_this_run


def job_counts() -> dict[str, int]:
    """Returns how many jobs stand in each state."""
    rows = Job.select(Job.state, fn.COUNT(Job.id)).group_by(Job.state).tuples()
    return dict(rows)
