"""The kind of process that answers requests: gunicorn's threads, whose streams end when it is asked to stop."""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class WebWorker(ThreadWorker):
    """Answers requests; asked to stop, it ends its streams, so that it waits for nothing but pages."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begins to stop (SIGTERM): the signal's handler only leaves word for the loop, which may use locks."""
        super().handle_exit(sig, frame)
        self.method_queue.defer(self._end_streams)

    def _end_streams(self) -> None:
        self.wsgi.extensions["hinka_live"].end()
