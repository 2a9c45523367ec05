"""Processes of the supervisor: they end when they are asked to, at whatever moment that is."""

import signal
import threading

from core.serve.processes import ENDING, Child


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
