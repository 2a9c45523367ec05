"""The pace of a gateway: so many messages a second, evenly, and none for a while after it said that it is too much."""

import threading
import time
from collections.abc import Callable

LATE_S = 0.25


class Pace:
    """Lets through `per_second` a second; each waits for its turn, however many threads ask."""

    def __init__(
        self,
        per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.per_second = per_second
        self._step = 1 / per_second
        self._free_at = 0.0
        self._now, self._sleep = now, sleep
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Waits until the next may go."""
        with self._lock:
            now = self._now()
            # A turn that came late is made up for, up to LATE_S: between batches what became of one is written down.
            self._free_at = max(self._free_at, now - LATE_S)
            pause, self._free_at = self._free_at - now, self._free_at + self._step
        if pause > 0:
            self._sleep(pause)

    def slow_down(self, seconds: float) -> None:
        """Lets nothing through for so long: the gateway asked for it."""
        with self._lock:
            self._free_at = max(self._free_at, self._now()) + seconds


_paces: dict[int, Pace] = {}


def pace_of(gateway_id: int, per_second: float) -> Pace:
    """Returns the pace of a gateway in this process; a new one when its number was changed."""
    known = _paces.get(gateway_id)
    if known is None or known.per_second != per_second:
        known = _paces[gateway_id] = Pace(per_second)
    return known
