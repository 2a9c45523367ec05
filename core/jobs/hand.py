"""The job that a worker has in hand: its lease, how far it is, and whether it may go on."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from peewee import PeeweeException

from core.errors import CRMError
from core.jobs.models import Job, is_in_hand
from core.runtime import CRM

LEASE = timedelta(seconds=60)
log = logging.getLogger("hinka.jobs")


class Stopped(CRMError):
    """The job is not this worker's any more: what it does ends here."""


@dataclass(frozen=True)
class Hand:
    """A job under way in this process, in which thread, and how long it may take there."""

    job: Job
    limit: timedelta
    thread: int = field(default_factory=threading.get_ident)
    began: float = field(default_factory=time.monotonic)

    @property
    def age_s(self) -> float:
        """How long it is under way."""
        return time.monotonic() - self.began


@dataclass
class Progress:
    """Lets a running job tell how far it is; each telling also renews its lease."""

    crm: CRM
    job: Job

    def tell(self, per_cent: int, note: str = "") -> None:
        """Saves how far the job is, from 0 to 100, with a few words; raises Stopped when it is to go no further."""
        until = self.crm.clock.now() + LEASE
        with self.crm.work():
            told = Job.update(progress=per_cent, progress_note=note, lease_until=until)
            if not told.where(is_in_hand(self.job)).execute():
                raise Stopped("The job was stopped, or begun anew elsewhere.")


@contextmanager
def lease_renewed(crm: CRM, job: Job) -> Iterator[None]:
    """Runs the block while the job's lease is renewed, in a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(crm, job, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _renew(crm: CRM, job: Job, stop: threading.Event) -> None:
    while not stop.wait(LEASE.total_seconds() / 3):
        try:
            with crm.database.connection_context(), crm.work():
                Job.update(lease_until=crm.clock.now() + LEASE).where(is_in_hand(job)).execute()
        except PeeweeException:
            log.warning("the lease of a job can't be renewed; trying again", extra={"job": job.id})
