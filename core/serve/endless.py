"""Looks, in a thread of its own, for calls of plugins that never come back: a hook can't be interrupted, a process can.

The plugin is stopped in the database; with the new generation the supervisor exchanges the processes.
"""

import logging
import threading
from collections.abc import Callable

from peewee import PeeweeException

from core.hooks.guard import stop_endless
from core.runtime import CRM

LOOK_S = 1.0
log = logging.getLogger("hinka.serve")


def look_for_endless(crm: CRM, when_found: Callable[[], None] = lambda: None) -> None:
    """Starts the thread, which calls `when_found` after each look that has found some."""
    threading.Thread(target=_look, args=(crm, when_found, threading.Event()), name="hinka-endless", daemon=True).start()


def _look(crm: CRM, when_found: Callable[[], None], pause: threading.Event) -> None:
    while not pause.wait(LOOK_S):
        if next(crm.hooks.calls.endless(), None) is None:
            continue
        try:
            with crm.database.connection_context():
                is_found = stop_endless(crm)
        except PeeweeException:
            log.exception("an endless plugin can't be stopped yet")
            continue
        if is_found:
            when_found()
