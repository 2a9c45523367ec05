"""The queue of jobs: written, claimed, done, tried again, stopped."""

import logging
from datetime import datetime, timedelta
from typing import Any

from peewee import IntegrityError

from core.errors import Conflict, NotFound, ProviderError
from core.hooks.contributions import JobKind
from core.i18n import _, format_duration
from core.jobs.hand import LEASE, Hand, Progress, Stopped, lease_renewed
from core.jobs.models import Job, is_in_hand
from core.runtime import CRM

MAX_CRASHES = 3
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
log = logging.getLogger("hinka.jobs")


class Jobs:
    """The queue, and what this process has `in_hand` of it."""

    def __init__(self, crm: CRM) -> None:
        self.crm = crm
        self.in_hand: Hand | None = None

    def enqueue(
        self, kind: str, args: dict[str, Any], *, run_at: datetime | None = None, dedupe_key: str | None = None
    ) -> Job:
        """Writes a job, inside the work that causes it, and returns it.

        With a `dedupe_key` that a waiting or running job already bears, that job is returned instead.
        """
        now = self.crm.clock.now()
        if dedupe_key and (found := Job.get_or_none(Job.dedupe_key == dedupe_key)):
            return found
        try:
            with self.crm.work():
                return Job.create(
                    plugin=kind.split(".")[0],
                    kind=kind,
                    args=args,
                    run_at=run_at or now,
                    dedupe_key=dedupe_key,
                    user_id=self.crm.actor.user_id,
                    created_at=now,
                )
        except IntegrityError:
            # Somebody else wrote the same one since we looked.
            if found := Job.get_or_none(Job.dedupe_key == dedupe_key):
                return found
            raise

    def get(self, job_id: int) -> Job:
        """Returns a job; raises NotFound."""
        job = Job.get_or_none(Job.id == job_id)
        if job is None:
            raise NotFound(_("There is no such job."))
        return job

    def retry(self, job: Job) -> None:
        """Puts a failed job back into the queue."""
        with self.crm.work():
            Job.update(state="waiting", run_at=self.crm.clock.now(), attempts=0, crashes=0, last_error="").where(
                Job.id == job.id, Job.state == "failed"
            ).execute()

    def stop(self, job: Job, reason: str) -> None:
        """Takes a job that waits or runs as failed, with the reason; raises Conflict for one that is over.

        One that runs ends at its next word of progress, or with its worker's process.
        """
        with self.crm.work():
            now = self.crm.clock.now()
            over = Job.update(state="failed", finished_at=now, last_error=reason, dedupe_key=None, lease_until=None)
            if not over.where(Job.id == job.id, Job.state.in_(("waiting", "running"))).execute():
                raise Conflict(_("This job is over already."))

    def expire(self, hand: Hand) -> None:
        """Takes a job in hand as failed because it took longer than its kind may."""
        words = _("It did not end within %(time)s, so it was stopped.", time=format_duration(hand.limit))
        self._finish(hand.job, "failed", error=words)

    def schedule(self) -> None:
        """Writes the next due run of every periodic kind, once, however many workers do so."""
        now = self.crm.clock.now()
        for kind in self.crm.job_kinds.values():
            if kind.every is None:
                continue
            step = int(kind.every.total_seconds())
            due = datetime.fromtimestamp(int(now.timestamp()) // step * step, tz=now.tzinfo)
            with self.crm.work():
                if not Job.select().where(Job.kind == kind.kind, Job.due_at == due).exists():
                    try:
                        with self.crm.work():
                            Job.create(
                                plugin=kind.kind.split(".")[0],
                                kind=kind.kind,
                                args={},
                                run_at=now,
                                due_at=due,
                                created_at=now,
                            )
                    except IntegrityError:
                        continue  # another worker was first

    def claim(self) -> Job | None:
        """Returns the next job, now running under a lease, or None; jobs of dead workers come back first.

        A job of a plugin that this process doesn't run stays waiting: for another process, or until it is on again.
        """
        now = self.crm.clock.now()
        with self.crm.work():
            self._revive_dead(now)
            query = Job.select().where(
                Job.state == "waiting", Job.run_at <= now, Job.kind.in_(sorted(self.crm.job_kinds))
            )
            query = query.order_by(Job.run_at, Job.id).limit(1)
            if self.crm.database.for_update:
                query = query.for_update("FOR UPDATE SKIP LOCKED")
            job = query.first()
            if job is None:
                return None
            job.state, job.lease_until, job.attempts = "running", now + LEASE, job.attempts + 1
            job.save()
            return job

    def run(self, job: Job) -> None:
        """Does a claimed job; a failure is kept on it and tried again with back-off, if that makes sense."""
        kind = self.crm.job_kinds[job.kind]
        self.in_hand = Hand(job, kind.limit)
        try:
            with lease_renewed(self.crm, job), self.crm.acting(job.user_id, f"job:{job.kind}"):
                kind.run(self.crm, job.args, Progress(self.crm, job))
        except Stopped:
            log.warning("job stopped", extra={"job": job.id, "kind": job.kind})
        except Exception as error:
            log.warning("job failed", extra={"job": job.id, "kind": job.kind})
            self.crm.hooks.calls.fail(job.plugin, f"job {job.kind}", error)
            self._failed(job, kind, error)
        else:
            self._finish(job, "done")
        finally:
            self.in_hand = None

    def run_waiting(self) -> int:
        """Does all waiting jobs, one after another, and returns how many; for tests and the command line."""
        done = 0
        while job := self.claim():
            self.run(job)
            done += 1
        return done

    def _revive_dead(self, now: datetime) -> None:
        dead = (Job.state == "running") & (Job.lease_until < now)
        Job.update(
            state="failed",
            crashes=Job.crashes + 1,
            finished_at=now,
            dedupe_key=None,
            last_error="Its worker died three times while doing it.",
        ).where(dead, Job.crashes + 1 >= MAX_CRASHES).execute()
        Job.update(state="waiting", crashes=Job.crashes + 1).where(dead).execute()

    def _failed(self, job: Job, kind: JobKind, error: Exception) -> None:
        is_final = isinstance(error, ProviderError) and not error.retryable
        message = str(error) or type(error).__name__
        if is_final or job.attempts >= kind.attempts:
            self._finish(job, "failed", error=message)
            return
        wait = BACK_OFF[min(job.attempts, len(BACK_OFF)) - 1]
        with self.crm.work():
            Job.update(state="waiting", run_at=self.crm.clock.now() + wait, last_error=message, lease_until=None).where(
                is_in_hand(job)
            ).execute()

    def _finish(self, job: Job, state: str, error: str = "") -> None:
        done = {"progress": 100} if state == "done" else {}
        with self.crm.work():
            Job.update(state=state, finished_at=self.crm.clock.now(), last_error=error, dedupe_key=None, **done).where(
                is_in_hand(job)
            ).execute()
