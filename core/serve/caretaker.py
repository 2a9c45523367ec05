"""Looks after the plugins of one process, in a thread of its own: saves how long their hooks take, ends what hangs.

A hook can't be interrupted, a process can: the plugin is stopped in the database, and with the new generation the
supervisor exchanges the processes. A page that hangs costs web processes, and its plugin the pages if it goes on so.

What hangs while it has the turn of writers keeps us from writing, too: it is told to the supervisor, which writes it
down once this process is gone.
"""

import logging
import os
import threading
from collections.abc import Callable

from peewee import PeeweeException

from core.hooks.calls import Call
from core.hooks.guard import note_hung_pages, save_times, stop_endless
from core.runtime import CRM
from core.serve.wire import HANGS, Wire

LOOK_S = 1.0
LOOKS_A_SAVING = 10
# Whoever has the turn keeps everybody from writing, so that what else is in hand of a web process gets no longer.
KEEPER_GRACE_S = 5.0
log = logging.getLogger("hinka.serve")


def look_after_plugins(crm: CRM, wire: Wire, *, is_web: bool) -> None:
    """Starts the thread. A web process with something that hangs is exchanged, any other ends at once."""
    values = (crm, wire, is_web, threading.Event())
    threading.Thread(target=_look, args=values, name="hinka-caretaker", daemon=True).start()


def leave() -> None:
    """Ends this process at once, whatever its threads do."""
    os._exit(1)


def _look(crm: CRM, wire: Wire, is_web: bool, pause: threading.Event, leave: Callable[[], None] = leave) -> None:
    looks = 0
    counted: set[str] = set()
    while not pause.wait(LOOK_S):
        looks += 1
        pages = [call for call in crm.hooks.calls.hung_pages() if call.plugin not in counted]
        hung = [*crm.hooks.calls.endless(), *pages]
        if keepers := [call for call in hung if call.thread == crm.desk.turn_of]:
            _tell(wire, keepers)
            pause.wait(KEEPER_GRACE_S if is_web else 0)
            leave()
            return
        if pages:
            wire.tell(HANGS)  # before anything is written, which the page may keep us from
        is_due = looks % LOOKS_A_SAVING == 0 and crm.hooks.calls.tallies
        if (hung or is_due) and _write_down(crm, counted) and not is_web:
            leave()
            return


def _write_down(crm: CRM, counted: set[str]) -> bool:
    """Saves the figures and what hangs, and tells whether a plugin is stopped whose call never comes back."""
    try:
        with crm.database.connection_context():
            save_times(crm)
            note_hung_pages(crm, counted)
            return stop_endless(crm)
    except PeeweeException:
        log.exception("the database does not take the figures of plugins; trying again")
        return False


def _tell(wire: Wire, keepers: list[Call]) -> None:
    for call in keepers:
        log.error("plugin keeps all from writing", extra={"plugin": call.plugin, "hook": call.what})
        wire.tell(HANGS, plugin=call.plugin, what=call.what, is_page=call.is_page)
