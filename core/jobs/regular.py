"""Regular jobs: those that the clock begins, some every ten seconds: which are worth a look, and how long they stay.

Most do what they always do. The page of jobs leaves these out unless asked, and they are deleted after a day.
"""

from datetime import timedelta
from typing import Any

from peewee import Expression, fn

from core.hooks.contributions import JobKind
from core.jobs.models import Job
from core.runtime import CRM

KEPT = timedelta(days=1)
AT_ONCE = 5_000  # so that nobody waits long for the database


def is_noteworthy() -> Expression:
    """Returns the condition of the jobs that somebody asked for, and of the regular ones that went wrong."""
    return Job.due_at.is_null() | (Job.state == "failed") | (Job.last_error != "")


def counts(*, with_regular: bool) -> dict[str, int]:
    """Returns how many jobs stand in each state, with or without the regular ones that went as always."""
    query = Job.select(Job.state, fn.COUNT(Job.id)).group_by(Job.state)
    return dict((query if with_regular else query.where(is_noteworthy())).tuples())


def forget_done(crm: CRM) -> int:
    """Deletes regular jobs that were done more than a day ago, and returns how many.

    The last two runs of each kind stay: by them a worker knows that this one was done.
    """
    return sum(_forget(crm, kind) for kind in crm.job_kinds.values() if kind.every is not None)


def _forget(crm: CRM, kind: JobKind) -> int:
    limit = crm.clock.now() - max(KEPT, 2 * kind.every)
    old = Job.select(Job.id).where(Job.kind == kind.kind, Job.due_at < limit, Job.state.in_(("done", "cancelled")))
    gone = 0
    while ids := [row[0] for row in old.limit(AT_ONCE).tuples()]:
        with crm.work():
            gone += Job.delete().where(Job.id.in_(ids)).execute()
    return gone


def _run(crm: CRM, args: dict[str, Any], progress: Any) -> None:
    forget_done(crm)


FORGET = JobKind("core.forget_regular_jobs", _run, every=timedelta(hours=1))
