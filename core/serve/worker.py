"""The process that does jobs."""

import signal
import threading
from collections.abc import Iterable

from core.boot import boot
from core.config import Config
from core.runtime import CRM
from core.serve.caretaker import look_after_plugins
from core.serve.foreman import look_after_job
from core.serve.wire import Wire

POLL_S = 0.5


def work(crm: CRM) -> None:
    """Does jobs until SIGINT or SIGTERM; the one in hand is finished first."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        with crm.database.connection_context():
            crm.jobs.schedule()
            job = crm.jobs.claim()
            if job is not None:
                crm.jobs.run(job)
        if job is None:
            stop.wait(POLL_S)


def run_worker(config: Config, without: Iterable[str], wire: Wire) -> None:
    """Boots the instance and does jobs; when a plugin never comes back it ends at once, and the job is done anew."""
    crm = boot(config, without=without)
    look_after_plugins(crm, wire, is_web=False)
    look_after_job(crm)
    work(crm)
