"""The web server: gunicorn with our kind of worker, and the roll by which its workers are exchanged two at a time.

A roll asks for two workers more (TTIN), waits until they are ready, and gives up the two oldest (TTOU), until all are
new. Not by HUP: that blocks on open streams. Never with preload: a plugin's code belongs into workers only.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from core.serve.caretaker import look_after_plugins

# A stream keeps a thread; of the others core.web.session lets eight use the database at once.
THREADS = 128
# A page in hand when its worker is given up gets so long; the supervisor's own end waits less.
GRACEFUL_S = 30
# A browser's connection is kept so long for its next request, and so much longer than gunicorn's two seconds by a
# worker that stops: a busy client that takes its time must not find its connection gone.
KEPT_S = 15
LINGER_MORE_S = 4
READY_LIMIT_S = 30
STUCK, BEGUN = ".stuck", ".begun"
# On a busy machine two that start get twice the processor; more would take too much memory.
ROLLED_AT_ONCE = 2
LOOK_S = 0.02


class WebWorker(ThreadWorker):
    """Answers requests while a file in `ready` bears its pid; asked to stop, it waits for pages, not for streams."""

    ready: Path

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begins to stop (SIGTERM): the signal's handler only leaves word for the loop, which may use locks."""
        super().handle_exit(sig, frame)
        self.method_queue.defer(self._leave)

    def _cap_keepalive(self, deadline: float) -> None:
        """Closes kept connections by then at the latest; what is asked on one before is answered."""
        super()._cap_keepalive(deadline + LINGER_MORE_S)

    def _leave(self) -> None:
        (self.ready / str(self.pid)).unlink(missing_ok=True)
        self.wsgi.end_streams()


class _Server(BaseApplication):
    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self.make = make
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.make()


def run_web(make: Callable[[], Any], address: str, workers: int, scratch: Path) -> None:
    """Runs the server, each of whose workers has an application of its own that `make` returns."""
    WebWorker.ready = scratch
    options = {
        "bind": address,
        "workers": workers,
        "worker_class": WebWorker,
        "threads": THREADS,
        "keepalive": KEPT_S,
        "graceful_timeout": GRACEFUL_S,
        "control_socket": str(scratch / "gunicorn.ctl"),
        "loglevel": "warning",
        "post_fork": _has_begun,
        "post_worker_init": _is_ready,
        "worker_exit": _has_ended,
    }
    _Server(make, options).run()


def ready_workers(scratch: Path) -> set[int]:
    """Returns the pids of the workers that answer requests and were not asked to stop."""
    return {int(path.name) for path in scratch.iterdir() if path.name.isdigit()}


def has_stuck_workers(scratch: Path) -> bool:
    """Tells whether a worker that answers requests has found one in hand that never comes back."""
    return any((scratch / f"{pid}{STUCK}").exists() for pid in ready_workers(scratch))


def roll(arbiter: int, workers: int, scratch: Path) -> bool:
    """Exchanges all workers, each given up only when another is ready, and tells whether that went through."""
    while workers > 0:
        some = min(workers, ROLLED_AT_ONCE)
        before = ready_workers(scratch)
        # The next signal waits for what the last one has led to: two alike at once may arrive as one.
        for _worker in range(some):
            begun = _begun(scratch)
            os.kill(arbiter, signal.SIGTTIN)
            if not _until(lambda begun=begun: _begun(scratch) - begun):
                return False
        if not _until(lambda before=before, some=some: len(ready_workers(scratch) - before) >= some):
            return False
        for number in range(some):
            os.kill(arbiter, signal.SIGTTOU)
            if not _until(lambda before=before, number=number: len(before - ready_workers(scratch)) > number):
                return False
        workers -= some
    return True


def _begun(scratch: Path) -> set[str]:
    return {path.name for path in scratch.glob(f"*{BEGUN}")}


def _has_begun(_arbiter: Any, worker: WebWorker) -> None:
    (worker.ready / f"{worker.pid}{BEGUN}").touch()


def _is_ready(worker: WebWorker) -> None:
    if crm := getattr(worker.wsgi, "extensions", {}).get("hinka"):
        look_after_plugins(crm, when_hung=(worker.ready / f"{worker.pid}{STUCK}").touch)
    (worker.ready / str(worker.pid)).touch()


def _has_ended(_arbiter: Any, worker: WebWorker) -> None:
    for ending in ("", STUCK, BEGUN):
        (worker.ready / f"{worker.pid}{ending}").unlink(missing_ok=True)
    if worker.pid == os.getpid():
        os._exit(0)  # a plugin's endless thread would keep the process for ever


def _until(condition: Callable[[], Any]) -> bool:
    limit = time.monotonic() + READY_LIMIT_S
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(LOOK_S)
    return True
