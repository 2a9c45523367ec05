"""`hinka serve`: a small supervisor that owns the web server and the worker, and exchanges both when plugins change.

It runs no plugin's code. All its processes are forks of it, so what they have in common is loaded once.
"""

import importlib
import logging
import signal
import tempfile
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click
from peewee import PeeweeException

from core.clock import Clock
from core.config import Config
from core.hooks import health
from core.hooks.plugins import Refusal
from core.hooks.switch import saved_generation
from core.serve.entry import safe_web
from core.serve.listeners import run_listeners
from core.serve.processes import Child
from core.serve.trial import Trial, try_here
from core.serve.web import READY_LIMIT_S, has_stuck_workers, roll, run_web
from core.serve.worker import run_worker
from core.store.database import open_database
from core.upgrade import at_work

POLL_S = 0.25
RESTART_WAIT_S = 2
# A job in hand may take its time when its worker is exchanged; a worker that is stuck may not stay for ever.
DRAIN_S = 3600
SHARED = ("core.web.factory", "core.web.routes", "core.sample")
log = logging.getLogger("hinka.serve")


def serve(config: Config, *, host: str, port: int, workers: int, without: Iterable[str] = ()) -> int:
    """Runs web server and worker until SIGINT or SIGTERM and returns the exit status.

    A worker that dies is started again; plugins switched meanwhile take effect within seconds, without a failed
    request. A web server that can't start ends everything with status 1.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    for module in SHARED:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory(prefix="hinka-") as scratch, at_work(config.folder):
        supervisor = Supervisor(config, f"{host}:{port}", workers, tuple(without), Path(scratch))
        try:
            supervisor.start()
            return supervisor.watch(stop)
        finally:
            supervisor.end()


class Supervisor:
    """The processes of one instance on this machine."""

    def __init__(self, config: Config, address: str, workers: int, without: tuple[str, ...], scratch: Path) -> None:
        self.config = config
        self.address = address
        self.workers = workers
        self.without = without
        self.scratch = scratch
        self.watched = Watched(config)
        self.listeners: Child | None = None
        self.leaving: list[Child] = []

    def start(self) -> None:
        """Tries the boot, says what it has shown, and starts both processes."""
        self.watched.is_new()
        trial = self.try_boot()
        self.worker = self._start_worker()
        if trial.has_listeners:
            self.listeners = self._start_listeners()
        make = partial(safe_web, self.config, self.without)
        self.web = Child("web", run_web, make, self.address, self.workers, self.scratch)

    def watch(self, stop: threading.Event) -> int:
        """Keeps both running until `stop`, and returns the exit status."""
        while not stop.wait(POLL_S):
            if self.web.is_dead:
                return 1
            if self.worker.is_dead and self.worker.age_s > RESTART_WAIT_S:
                self.worker = self._start_worker()
            if self.listeners and self.listeners.has_failed and self.listeners.age_s > RESTART_WAIT_S:
                self.listeners = self._start_listeners()
            self.leaving = [child for child in self.leaving if not self._has_left(child)]
            if self.watched.is_new():
                self.follow()
            elif has_stuck_workers(self.scratch):
                self.roll_web()
        return 0

    def follow(self) -> None:
        """Brings every process to the present generation, after a trial; the jobs' worker goes first."""
        trial = self.try_boot()
        if not trial.is_passed:
            log.error("the new generation does not start; the present one goes on")
            return
        old, self.worker = self.worker, self._start_worker()
        old.ask_to_end()
        self.leaving.append(old)
        # Two must not listen at a time: the new one waits for the lease of the old.
        if self.listeners:
            self.listeners.ask_to_end()
            self.leaving.append(self.listeners)
        self.listeners = self._start_listeners() if trial.has_listeners else None
        self.roll_web()

    def roll_web(self) -> None:
        """Exchanges every web process; what they have in hand is answered first, as far as it comes back."""
        if not roll(self.web.process.pid, self.workers, self.scratch):
            log.error("a web process did not come up within %s s", READY_LIMIT_S)

    def try_boot(self) -> Trial:
        """Boots on trial until that comes through, each time without the plugin that ended or stopped it."""
        while True:
            self.watched.close()
            trial = try_here(self.config, self.without)
            for refusal in filter(None, (*trial.refusals, trial.fatal)):
                click.echo(f"Plugin {refusal.plugin} is off: {refusal.reason} {refusal.remedy}", err=True)
            if trial.fatal is None:
                return trial
            self.watched.stop_plugin(trial.fatal)

    def end(self) -> None:
        """Ends every process."""
        for name in ("web", "worker", "listeners"):
            if (child := getattr(self, name, None)) is not None:
                child.end()
        for child in self.leaving:
            child.end()

    def _start_worker(self) -> Child:
        self.watched.close()
        return Child("worker", run_worker, self.config, self.without)

    def _start_listeners(self) -> Child:
        self.watched.close()
        return Child("listeners", run_listeners, self.config, self.without)

    def _has_left(self, child: Child) -> bool:
        if not child.is_dead and child.age_s > DRAIN_S:
            child.end()
        return child.is_dead


class Watched:
    """The instance's database as the supervisor sees it; closed before each fork."""

    def __init__(self, config: Config) -> None:
        self.database = open_database(config.database, config.folder)
        self.generation = 0

    def is_new(self) -> bool:
        """Tells whether the number that every switch of a plugin moves has moved since the last call."""
        number = self.generation
        try:
            with self.database.connection_context():
                if "core_setting" in self.database.get_tables():
                    number = saved_generation()
        except PeeweeException:
            log.warning("the database does not answer; asking again")
        before, self.generation = self.generation, number
        return number != before

    def stop_plugin(self, refusal: Refusal) -> None:
        """Leaves a plugin out of every process until somebody resumes it."""
        with self.database.connection_context():
            health.stop(refusal.plugin, refusal.reason, Clock().now())

    def close(self) -> None:
        """Closes its connections: a fork must have none of them."""
        self.database.close_all()
