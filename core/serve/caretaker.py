"""Looks after the plugins of one process, in a thread of its own: saves how long their hooks take, ends what hangs.

A hook can't be interrupted, a process can: the plugin is stopped in the database, and with the new generation the
supervisor exchanges the processes. A page that hangs costs web processes, and its plugin the pages if it goes on so.
"""

import logging
import threading
from collections.abc import Callable

from peewee import PeeweeException

from core.hooks.guard import note_hung_pages, save_times, stop_endless
from core.runtime import CRM

LOOK_S = 1.0
LOOKS_A_SAVING = 10
log = logging.getLogger("hinka.serve")


def _nothing() -> None:
    """Does nothing."""


def look_after_plugins(
    crm: CRM, when_stuck: Callable[[], None] = _nothing, when_hung: Callable[[], None] = _nothing
) -> None:
    """Starts the thread; each look calls `when_stuck` for a hook, `when_hung` for a page, which never comes back.

    The first is called when its plugin is stopped; the second at once, since a page may hold what writing waits for. It
    is called for a hook that does so, too.
    """
    values = (crm, when_stuck, when_hung, threading.Event())
    threading.Thread(target=_look, args=values, name="hinka-caretaker", daemon=True).start()


def _look(crm: CRM, when_stuck: Callable[[], None], when_hung: Callable[[], None], pause: threading.Event) -> None:
    looks = 0
    counted: set[str] = set()
    while not pause.wait(LOOK_S):
        looks += 1
        has_hung = any(call.plugin not in counted for call in crm.hooks.calls.hung_pages())
        # What hangs while it has the turn keeps us from writing, too: its process must go first.
        keepers = [call for call in crm.hooks.calls.endless() if call.thread == crm.desk.turn_of]
        for call in keepers:
            log.error("plugin keeps all from writing", extra={"plugin": call.plugin, "hook": call.what})
        if has_hung or keepers:
            when_hung()
        is_stuck = next(crm.hooks.calls.endless(), None) is not None
        if not (is_stuck or has_hung) and (looks % LOOKS_A_SAVING or not crm.hooks.calls.tallies):
            continue
        try:
            with crm.database.connection_context():
                save_times(crm)
                note_hung_pages(crm, counted)
                is_stuck = is_stuck and stop_endless(crm)
        except PeeweeException:
            log.exception("the database does not take the figures of plugins; trying again")
            continue
        if is_stuck:
            when_stuck()
