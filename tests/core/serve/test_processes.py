"""Processes of the supervisor: they end when they are asked to, at whatever moment that is."""

import os
import signal
import threading

from core.serve.processes import ENDING, Child, end_with_parent
from tests.serving import is_alive
from tests.waiting import until


def test_a_process_that_is_asked_to_end_at_once_does_so():
    """The parent's own handlers, which a fork has too, must not take the signal away."""
    before = {number: signal.signal(number, lambda *_: None) for number in ENDING}
    try:
        for _time in range(5):
            child = Child("idle", threading.Event().wait)
            child.ask_to_end()
            child.process.join(30)
            assert child.process.exitcode == -signal.SIGTERM
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_process_that_has_not_come_up_ends_with_whoever_started_it():
    out, into = os.pipe()
    child = Child("idle", _start_another, into)
    pid = int(os.read(out, 100))
    child.process.kill()
    child.process.join()
    until(lambda: not is_alive(pid))


def _start_another(into):
    if os.fork() == 0:
        end_with_parent(signal.SIGKILL)
        os.write(into, str(os.getpid()).encode())
    threading.Event().wait()
