"""`hinka serve`: a small supervisor that owns the web server and the worker, which start and stop together."""

import contextlib
import ctypes
import os
import signal
import subprocess  # noqa: S404 - the supervisor starts our own programs
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.config import Config
from core.errors import CRMError
from core.runtime import CRM
from core.store.database import open_database

GRACE_S = 10
RESTART_WAIT_S = 2
POLL_S = 0.5
THREADS = 128  # a stream keeps one; core.web.session lets eight of the others use the database at once
_PR_SET_PDEATHSIG = 1


class Child:
    """A process that the supervisor keeps running."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    def start(self) -> None:
        """Starts the process in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own command, no user's words in it
            self.command,
            env=self.environment,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - only a system call
        )

    def stop(self) -> None:
        """Asks the process to end, and ends it after ten seconds."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def is_dead(self) -> bool:
        """Whether the process ended by itself."""
        return self.process is not None and self.process.poll() is not None


def serve(config: Config, *, host: str, port: int, workers: int, without: Iterable[str] = ()) -> int:
    """Runs web server and worker until SIGINT or SIGTERM and returns the exit status.

    A worker that dies is started again; plugins switched meanwhile take effect by a restart of both. A web server
    that can't start ends everything with status 1.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with tempfile.TemporaryDirectory(prefix="hinka-") as scratch:
        web, worker = _children(config, host, port, workers, without, Path(scratch))
        worker.start()
        web.start()
        try:
            return _watch(config, web, worker, stop)
        finally:
            web.stop()
            worker.stop()


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


def _watch(config: Config, web: Child, worker: Child, stop: threading.Event) -> int:
    switched = _switches(config)
    before = next(switched)
    while not stop.wait(POLL_S):
        if web.is_dead:
            return 1
        if worker.is_dead and time.monotonic() - worker.started_at > RESTART_WAIT_S:
            worker.start()
        now = next(switched)
        if now != before:
            before = now
            for child in (worker, web):
                child.stop()
                child.start()
    return 0


def _switches(config: Config) -> Iterator[str]:
    """Yields, each time it is asked, which plugins are saved as switched on."""
    database = open_database(config.database, config.folder)
    statement = "SELECT value FROM core_setting WHERE plugin = 'core.plugins' AND name = 'on'"
    seen = ""
    while True:
        with contextlib.suppress(CRMError), database.connection_context():
            if "core_setting" in database.get_tables():
                seen = str(database.execute_sql(statement).fetchone())
        yield seen


def _children(
    config: Config, host: str, port: int, workers: int, without: Iterable[str], scratch: Path
) -> tuple[Child, Child]:
    environment = {**os.environ, "HINKA_INSTANCE": str(config.folder), "HINKA_WITHOUT": ",".join(without)}
    gunicorn = [
        sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", f"{host}:{port}", "--workers", str(workers),
        "--worker-class", "core.serve.web_worker.WebWorker", "--threads", str(THREADS),
        "--graceful-timeout", str(GRACE_S - 2),
        "--control-socket", str(scratch / "gunicorn.ctl"), "--log-level", "warning", "--chdir", str(_root()),
    ]  # fmt: skip
    worker = [sys.executable, "-m", "app", "--instance", str(config.folder), "worker"]
    return Child("web", gunicorn, environment), Child("worker", worker, {**environment, "PYTHONPATH": str(_root())})


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
