"""The process that listens to the outside world: lines that plugins hold open, each in a thread of its own.

One process an instance has the lease and listens; those on other machines wait for it.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterable
from datetime import timedelta

from peewee import PeeweeException

from core.boot import boot
from core.config import Config
from core.hooks.contributions import Listener
from core.runtime import CRM
from core.serve.caretaker import look_after_plugins
from core.serve.wire import Wire
from core.store.lease import give_back, take_lease

LEASE = "listeners"
LASTS = timedelta(seconds=30)
RENEW_S = 10
FIRST_WAIT_S, LONGEST_WAIT_S = 1, 60
GRACE_S = 8
log = logging.getLogger("hinka.listeners")


def run_listeners(config: Config, without: Iterable[str], wire: Wire) -> None:
    """Boots the instance and listens until SIGTERM; ends at once where no plugin has a listener."""
    crm = boot(config, without=without)
    listeners = crm.hooks.collect("listeners", crm=crm)
    if listeners:
        look_after_plugins(crm, wire, is_web=False)
        listen(crm, listeners, _stop_of_signals())


def listen(crm: CRM, listeners: Iterable[tuple[str, Listener]], stop: threading.Event) -> None:
    """Listens while this process has the lease, until `stop`."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    threads: list[threading.Thread] = []
    here = threading.Event()
    while not stop.is_set():
        has_lease = _has_lease(crm, holder)
        if has_lease and not threads:
            here.clear()
            threads = [_begin(crm, plugin, one, here) for plugin, one in listeners]
        elif not has_lease and threads:
            threads = _end(threads, here)
        stop.wait(RENEW_S if threads else FIRST_WAIT_S)
    _end(threads, here)
    with crm.database.connection_context():
        give_back(crm, LEASE, holder)


def keep_listening(crm: CRM, plugin: str, listener: Listener, stop: threading.Event) -> None:
    """Listens until `stop`; what ends or fails is begun again, later each time, and counts against its plugin."""
    wait_s = FIRST_WAIT_S
    while not stop.is_set():
        if plugin not in crm.hooks.paused:
            begun = crm.clock.now()
            try:
                listener.listen(crm, stop)
            except Exception as error:  # a border: whatever a plugin's line does, the others are heard
                with crm.database.connection_context():
                    crm.hooks.calls.fail(plugin, f"listener {listener.key}", error)
            if crm.clock.now() - begun > timedelta(seconds=LONGEST_WAIT_S):
                wait_s = FIRST_WAIT_S
        stop.wait(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


def _has_lease(crm: CRM, holder: str) -> bool:
    try:
        with crm.database.connection_context():
            return take_lease(crm, LEASE, holder, LASTS)
    except PeeweeException:
        log.exception("the database does not answer; nothing is listened to until it does")
        return False


def _begin(crm: CRM, plugin: str, listener: Listener, stop: threading.Event) -> threading.Thread:
    name = f"hinka-{listener.key}"
    thread = threading.Thread(target=keep_listening, args=(crm, plugin, listener, stop), name=name, daemon=True)
    thread.start()
    return thread


def _end(threads: list[threading.Thread], stop: threading.Event) -> list[threading.Thread]:
    stop.set()
    for thread in threads:
        thread.join(GRACE_S)
    return []


def _stop_of_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
