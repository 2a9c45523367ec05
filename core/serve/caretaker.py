"""Looks after the plugins of one process, in a thread of its own: saves how long their hooks take, ends what hangs.

A hook can't be interrupted, a process can: the plugin is stopped in the database, and with the new generation the
supervisor exchanges the processes.
"""

import logging
import threading
from collections.abc import Callable

from peewee import PeeweeException

from core.hooks.guard import save_times, stop_endless
from core.runtime import CRM

LOOK_S = 1.0
LOOKS_A_SAVING = 10
log = logging.getLogger("hinka.serve")


def look_after_plugins(crm: CRM, when_stuck: Callable[[], None] = lambda: None) -> None:
    """Starts the thread; it calls `when_stuck` after each look that has found a call which never comes back."""
    pause = threading.Event()
    threading.Thread(target=_look, args=(crm, when_stuck, pause), name="hinka-caretaker", daemon=True).start()


def _look(crm: CRM, when_stuck: Callable[[], None], pause: threading.Event) -> None:
    looks = 0
    while not pause.wait(LOOK_S):
        looks += 1
        is_stuck = next(crm.hooks.calls.endless(), None) is not None
        if not is_stuck and (looks % LOOKS_A_SAVING or not crm.hooks.calls.tallies):
            continue
        try:
            with crm.database.connection_context():
                save_times(crm)
                is_stuck = is_stuck and stop_endless(crm)
        except PeeweeException:
            log.exception("the database does not take the figures of plugins; trying again")
            continue
        if is_stuck:
            when_stuck()
