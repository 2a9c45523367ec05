"""Lines that plugins hold open: one process an instance listens, and a line that breaks is begun again."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest

from core.api import Listener
from core.serve import listeners
from core.store.lease import give_back, take_lease
from tests.waiting import until

LASTS = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(listeners, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(listeners, "RENEW_S", 0.01)


@contextmanager
def listening(crm, line):
    """Runs the block while `line` is listened to for a plugin."""
    stop = threading.Event()
    found = [("broken", Listener("broken", line))]
    thread = threading.Thread(target=listeners.listen, args=(crm, found, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def test_a_lease_is_had_by_one_until_it_ends(crm):
    assert take_lease(crm, "line", "first", LASTS)
    assert not take_lease(crm, "line", "second", LASTS)
    crm.clock.advance(seconds=29)
    assert take_lease(crm, "line", "first", LASTS)
    crm.clock.advance(seconds=29)
    assert not take_lease(crm, "line", "second", LASTS)
    crm.clock.advance(seconds=1)
    assert take_lease(crm, "line", "second", LASTS)
    assert not take_lease(crm, "line", "first", LASTS)


def test_a_lease_that_is_given_back_is_free_at_once(crm):
    take_lease(crm, "line", "first", LASTS)
    give_back(crm, "line", "second")
    assert not take_lease(crm, "line", "second", LASTS)
    give_back(crm, "line", "first")
    assert take_lease(crm, "line", "second", LASTS)


def test_a_line_is_served_until_the_end_and_the_lease_is_free_then(crm):
    told = []

    def line(_crm, stop):
        told.append("begun")
        stop.wait()
        told.append("ended")

    with listening(crm, line):
        until(lambda: told)
        assert not take_lease(crm, listeners.LEASE, "another", LASTS)
    assert told == ["begun", "ended"]
    assert take_lease(crm, listeners.LEASE, "another", LASTS)


def test_who_has_no_lease_waits_for_it(crm, monkeypatch):
    take_lease(crm, listeners.LEASE, "another", LASTS)
    told, asked = [], []

    def ask(*values):
        asked.append(take_lease(*values))
        return asked[-1]

    monkeypatch.setattr(listeners, "take_lease", ask)
    with listening(crm, lambda _crm, stop: (told.append(1), stop.wait())):
        until(lambda: len(asked) > 2)
        assert (told, asked[:3]) == ([], [False] * 3)
        with crm.database.connection_context():
            give_back(crm, listeners.LEASE, "another")
        until(lambda: told)


def test_a_line_that_breaks_counts_against_its_plugin_and_is_begun_again(crm, monkeypatch):
    failed, begun = [], []
    monkeypatch.setattr(crm.hooks.calls, "fail", lambda *what: failed.append(what))

    def line(_crm, stop):
        begun.append(1)
        if len(begun) == 1:
            raise ValueError("cut")
        stop.wait()

    with listening(crm, line):
        until(lambda: len(begun) == 2)
    ((plugin, where, error),) = failed
    assert (plugin, where, str(error)) == ("broken", "listener broken", "cut")


def test_lines_of_a_paused_plugin_wait_until_it_is_resumed(crm):
    begun, waits = [], []
    crm.hooks.paused = {"broken": "it failed"}

    def wait(_seconds):
        waits.append(list(begun))
        if len(waits) == 3:
            crm.hooks.paused = {}

    stop = SimpleNamespace(is_set=lambda: len(waits) == 5, wait=wait)
    listeners.keep_listening(crm, "broken", Listener("broken", lambda _crm, _stop: begun.append(1)), stop)
    assert waits == [[], [], [], [1], [1, 1]]
