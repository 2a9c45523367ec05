"""The WSGI application as the server gets it: making it never fails, whatever a plugin or the database does.

A server whose process raises while it starts stops altogether, so what can't be made is replaced: by the application
without the guilty plugin, then by a page that says the instance is being put right and tries again.
"""

import gc
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.boot import boot
from core.config import Config
from core.hooks.plugins import Refusal, discover
from core.users.roles import ensure_roles

RETRY_S = 5
SENTENCES = (
    "Hinka is being put right. Please try again in a moment.",
    "Hinka po rregullohet. Ju lutemi provoni përsëri pas pak.",
    "Hinka сейчас приводится в порядок. Повторите попытку через минуту.",
)
PAGE = "<!doctype html><meta charset=utf-8><title>Hinka</title><h1>Hinka</h1>" + "".join(
    f"<p>{sentence}</p>" for sentence in SENTENCES
)
log = logging.getLogger("hinka.serve")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def make_web(config: Config, without: Iterable[str] = (), **options: Any) -> Any:
    """Returns the web application of an instance; raises whatever keeps it from starting. `options` are boot's."""
    from core.web.factory import create_web  # the worker and the command line do without Flask

    with _not_collecting():
        crm = boot(config, without=without, **options)
        ensure_roles(crm)  # a plugin that was switched on brings rights for the standard roles
        return create_web(crm)


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Runs the block without collecting garbage: what a start makes stays, and walking it takes a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def safe_web(config: Config, without: Iterable[str] = ()) -> Any:
    """Returns the web application, without the plugins that keep it from starting, or a page that tries again."""
    blamed: dict[str, Refusal] = {}
    while True:
        try:
            app = make_web(config, {*without, *blamed})
        except Exception as error:  # a named border: a raising process would stop the whole server
            log.exception("the application can't be made")
            plugin = guilty_plugin(config, error)
            if plugin is None or plugin in blamed:
                return Maintenance(config, without)
            reason = f"it keeps Hinka from starting ({type(error).__name__}: {error})."
            blamed[plugin] = Refusal(plugin, reason, f"Switch it off with “hinka plugin disable {plugin}”.")
        else:
            app.extensions["hinka"].refusals += blamed.values()
            # Collections pass over what a start made: else every third page of a large report waits for one of them.
            gc.freeze()
            return app


def guilty_plugin(config: Config, error: BaseException) -> str | None:
    """Returns the plugin whose code raised an error, by the files of its traceback, or None."""
    manifests, _refusals = discover(config.folder / "plugins")
    files = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    for file in reversed(files):
        for name, manifest in manifests.items():
            if file.is_relative_to(manifest.folder):
                return name
    return None


class Maintenance:
    """Stands in for an application that can't be made, and makes it as soon as that works."""

    def __init__(self, config: Config, without: Iterable[str]) -> None:
        self.config = config
        self.without = tuple(without)
        self._app: Any = None
        self._lock = threading.Lock()
        self._tried_at = time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            if self._app is None and time.monotonic() - self._tried_at >= RETRY_S:
                self._try_again()
        if self._app is not None:
            return self._app(environ, start_response)
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Retry-After", str(RETRY_S))]
        start_response("503 Service Unavailable", headers)
        return [PAGE.encode()]

    def end_streams(self) -> None:
        """Ends the streams of the application, where there is one by now."""
        if self._app is not None:
            self._app.end_streams()

    def _try_again(self) -> None:
        made = safe_web(self.config, self.without)
        self._app = None if isinstance(made, Maintenance) else made
        self._tried_at = time.monotonic()
