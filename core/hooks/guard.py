"""What follows when a plugin fails, is slow or never comes back: noted, then paused or stopped until it is resumed."""

import inspect
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from peewee import PeeweeException

from core.hooks import health, specs
from core.hooks.calls import ENDLESS_S, HUNG_S, SLOW_S
from core.hooks.plugins import known_plugin
from core.hooks.switch import move_generation, next_generation
from core.runtime import CRM
from core.store import audit

# Nobody waits for an answer to these, so a plugin that keeps failing at them can be left out.
ANNOUNCED = {name for name, spec in vars(specs).items() if "Verb: announce" in (inspect.getdoc(spec) or "")}
log = logging.getLogger("hinka.hooks")


def stand_guard(crm: CRM) -> None:
    """Makes failures and slow calls of this process count; who was paused hears nothing, or is without pages."""
    crm.hooks.paused = health.paused()
    crm.hooks.without_pages = health.without_pages()
    crm.hooks.calls.failed = partial(_failed, crm)
    crm.hooks.calls.slow = partial(_slow, crm)
    crm.hooks.calls.sluggish = partial(_sluggish, crm)
    crm.desk.waiting = crm.hooks.calls.waiting


def resume(crm: CRM, plugin: str) -> None:
    """Lets a paused or stopped plugin go on, in every process within seconds."""
    known_plugin(crm.manifests, plugin)
    with crm.work():
        health.forgive(plugin)
        next_generation(crm)
        audit.record(crm, "plugins", 0, "resumed", {"plugin": [None, plugin]})


def stop_endless(crm: CRM) -> bool:
    """Stops the plugins whose calls never come back; tells whether there are any, so that this process must go."""
    calls = [call for call in crm.hooks.calls.endless() if call.plugin != "core"]
    for call in calls:
        with crm.work():
            charge(call.plugin, call.what, is_page=False, at=crm.clock.now())
        call.is_charged = True
    return bool(calls)


def note_hung_pages(crm: CRM, counted: set[str]) -> None:
    """Counts the plugins with pages that never come back, one time a process: those in `counted` were before.

    The plugin goes on, since nobody but who opens the page waits for it; its pages are paused when it happens again.
    """
    calls = {call.plugin: call for call in crm.hooks.calls.hung_pages() if call.plugin not in counted}
    for plugin, call in calls.items():
        with crm.work():
            charge(plugin, call.what, is_page=True, at=crm.clock.now())
    counted.update(calls)


def charge(plugin: str, what: str, *, is_page: bool, at: datetime) -> None:
    """Holds a call that never comes back against its plugin, inside the caller's work.

    For a hook the plugin is stopped; for a page it is counted, and the plugin's pages are paused when it happens again.
    What is decided begins a new generation.
    """
    if plugin == "core":
        return
    if is_page:
        log.error("page of a plugin hangs", extra={"plugin": plugin, "page": what})
        health.note_failure(plugin, what, f"it did not come back within {HUNG_S:.0f} s", at)
        if health.count_hang(plugin, at):
            health.pause_pages(plugin, what, at)
            move_generation()
    elif plugin not in health.stopped():
        reason = f"its {what} did not come back within {ENDLESS_S:.0f} s."
        log.error("plugin is stopped", extra={"plugin": plugin, "reason": reason})
        health.stop(plugin, reason, at)
        move_generation()


def save_times(crm: CRM) -> None:
    """Adds how long hooks took in this process to the figures of all."""
    if tallies := crm.hooks.calls.take_tallies():
        with crm.work():
            health.note_times(tallies, crm.clock.now())


def _failed(crm: CRM, plugin: str, what: str, error: BaseException) -> None:
    def write() -> None:
        now = crm.clock.now()
        health.note_failure(plugin, what, error, now)
        if what in ANNOUNCED and plugin != "core" and health.strike(plugin, now):
            health.pause(plugin, now)
            crm.hooks.paused = health.paused()
            next_generation(crm)
            log.error("plugin is paused", extra={"plugin": plugin})

    _write_down(crm, write)


def _slow(crm: CRM, plugin: str, what: str, seconds: float) -> None:
    def write() -> None:
        now = crm.clock.now()
        health.note_failure(plugin, what, "it took too long", now)
        if plugin != "core" and health.strike(plugin, now):
            _stop(crm, plugin, f"its {what} took {seconds:.1f} s, and was slow {health.STRIKES} times within an hour.")

    _write_down(crm, write)


def _sluggish(crm: CRM, plugin: str, what: str, seconds: float) -> None:
    def write() -> None:
        health.note_failure(plugin, what, f"it took more than {SLOW_S:.0f} s", crm.clock.now())

    _write_down(crm, write)


def _write_down(crm: CRM, write: Callable[[], None]) -> None:
    """Writes when the work under way is over: what is rolled back because of a failure must not take its note along."""

    def safely() -> None:
        try:
            with crm.work():
                write()
        except PeeweeException:
            log.exception("a failure of a plugin can't be written down")

    crm.desk.when_free(safely)


def _stop(crm: CRM, plugin: str, reason: str) -> None:
    with crm.work():
        health.stop(plugin, reason, crm.clock.now())
        next_generation(crm)
    log.error("plugin is stopped", extra={"plugin": plugin, "reason": reason})
