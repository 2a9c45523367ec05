"""Waiting for something that another process does: asked again and again, with a limit, never a guess."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
_pause = threading.Event()


def until(condition: Callable[[], Answer], seconds: float = 30) -> Answer:
    """Returns the first true answer of `condition`; fails when there is none within the limit."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if answer := condition():
            return answer
        _pause.wait(0.05)
    raise AssertionError(f"nothing came within {seconds} s")
