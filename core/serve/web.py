"""A web server: gunicorn with our kind of worker, on a socket that the supervisor opened."""

import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from core.serve.caretaker import look_after_plugins
from core.serve.processes import end_with_parent
from core.serve.wire import READY, Wire

# A stream keeps a thread; of the others core.web.session lets eight use the database at once.
THREADS = 128
# A page in hand when its worker is given up gets so long; the supervisor's own end waits less.
GRACEFUL_S = 30
# A browser's connection is kept so long for its next request, and so much longer than gunicorn's two seconds by a
# worker that stops: a busy client that takes its time must not find its connection gone.
KEPT_S = 15
# Where a worker's sign of life is: a disk may be full.
MEMORY = "/dev/shm"  # noqa: S108 - gunicorn makes its file there safely
LINGER_MORE_S = 4


class WebWorker(ThreadWorker):
    """Answers requests; asked to stop, it waits for pages, not for streams."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begins to stop (SIGTERM): the signal's handler only leaves word for the loop, which may use locks."""
        super().handle_exit(sig, frame)
        self.method_queue.defer(self._leave)

    def _cap_keepalive(self, deadline: float) -> None:
        """Closes kept connections by then at the latest; what is asked on one before is answered."""
        super()._cap_keepalive(deadline + LINGER_MORE_S)

    def _leave(self) -> None:
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


def run_web(make: Callable[[], Any], listener: socket.socket, workers: int, wire: Wire) -> None:
    """Runs a server, each of whose workers has an application of its own that `make` returns, until SIGTERM."""
    options = {
        "bind": f"fd://{listener.detach()}",  # gunicorn closes this number in favour of its own
        "workers": workers,
        "worker_class": WebWorker,
        "threads": THREADS,
        "keepalive": KEPT_S,
        "graceful_timeout": GRACEFUL_S,
        "control_socket_disable": True,
        "worker_tmp_dir": MEMORY if os.access(MEMORY, os.W_OK) else None,
        "loglevel": "warning",
        "post_fork": _has_begun,
        "post_worker_init": partial(_is_ready, wire),
        "worker_exit": _has_ended,
    }
    _Server(make, options).run()


def _has_begun(_arbiter: Any, _worker: WebWorker) -> None:
    end_with_parent(
        signal.SIGKILL
    )  # a plugin may keep it from starting, and so from looking whether its parent is there


def _is_ready(wire: Wire, worker: WebWorker) -> None:
    end_with_parent(0)
    if crm := getattr(worker.wsgi, "extensions", {}).get("hinka"):
        look_after_plugins(crm, wire, is_web=True)
    wire.tell(READY)


def _has_ended(_arbiter: Any, worker: WebWorker) -> None:
    if worker.pid == os.getpid():
        os._exit(0)  # a plugin's endless thread would keep the process for ever
