"""Processes of the supervisor: forked from it, so that what is loaded once is shared by all and they start quickly."""

import ctypes
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

GRACE_S = 10
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
# Forking is safe here and only here: the supervisor has one thread, and no connection open while it forks.
_forking = multiprocessing.get_context("fork")


class Child:
    """A process that runs `work(*values)`; it ends with its parent, and Ctrl-C reaches only the parent.

    It is `without` a socket that is the parent's alone: an address stays taken until the last who has it is gone.
    """

    def __init__(self, name: str, work: Callable[..., Any], *values: Any, without: socket.socket | None = None) -> None:
        self.name = name
        self.started_at = time.monotonic()
        self.asked_at: float | None = None
        self.process = _forking.Process(target=_run, args=(name, work, values, without))
        # A signal that came before the child has a handler of its own would end in its copy of ours, and be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    @property
    def age_s(self) -> float:
        """How long ago the process was started."""
        return time.monotonic() - self.started_at

    @property
    def leaving_s(self) -> float:
        """How long ago the process was first asked to end; 0 while it was not."""
        return 0.0 if self.asked_at is None else time.monotonic() - self.asked_at

    @property
    def is_dead(self) -> bool:
        """Whether the process has ended."""
        return self.process.exitcode is not None

    @property
    def has_failed(self) -> bool:
        """Whether the process has ended otherwise than by having nothing to do."""
        return self.process.exitcode not in (None, 0)

    def ask_to_end(self) -> None:
        """Sends SIGTERM: what is in hand is finished first."""
        if self.asked_at is None:
            self.asked_at = time.monotonic()
        self.process.terminate()

    def end(self, grace_s: float = GRACE_S) -> None:
        """Asks the process to end, and ends it when that takes too long."""
        if not self.is_dead:
            self.process.terminate()
            self.process.join(grace_s)
        if not self.is_dead:
            self.process.kill()
            self.process.join()


def end_with_parent(number: int) -> None:
    """Has the kernel send this process a signal when the process that forked it ends; 0 for none any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def _run(name: str, work: Callable[..., Any], values: tuple[Any, ...], without: socket.socket | None) -> None:
    end_with_parent(signal.SIGTERM)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, f"hinka-{name}".encode())  # what `ps` and `top` show
    if os.getppid() != multiprocessing.parent_process().pid:
        os._exit(1)  # it ended before we asked to be told
    os.setsid()
    if without is not None:
        without.close()
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    work(*values)
