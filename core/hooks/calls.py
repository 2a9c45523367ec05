"""What plugins' code does in this process: which calls are under way, how long they take, and who hears of a failure.

Seen from the kernel it only counts; what follows from it is decided in `core.hooks.guard`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident
from time import perf_counter

log = logging.getLogger("hinka.hooks")

Watch = Callable[[str, str], None]
Failed = Callable[[str, str, BaseException], None]
Slow = Callable[[str, str, float], None]

# A page that waits so long for one plugin is not a page any more.
SLOW_S = 5.0
# A call that has not come back by then never will.
ENDLESS_S = 20.0
# For a page nobody but who opened it waits, so it may take longer; the server in front waits twice as long.
HUNG_S = 60.0


@dataclass(slots=True)
class Call:
    """One call of a plugin's code; times are of the monotonic clock, in seconds.

    Once it is charged, its process is to go, which may take a while: whoever resumes the plugin meanwhile means it.
    """

    plugin: str
    what: str
    began: float
    thread: int
    is_page: bool = False
    is_charged: bool = False


@dataclass(slots=True)
class Tally:
    """How often one place of a plugin was called since the last look, and how long that took."""

    calls: int = 0
    total_s: float = 0.0
    worst_s: float = 0.0


class Calls:
    """The calls of one process. Threads write without a lock: a lost count in a figure harms nobody."""

    def __init__(self) -> None:
        self.under_way: dict[int, list[Call]] = {}
        self._waiting: set[int] = set()
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.watch: Watch = lambda _plugin, _what: None
        self.failed: Failed = lambda _plugin, _what, _error: None
        self.slow: Slow = lambda _plugin, _what, _seconds: None
        self.sluggish: Slow = lambda _plugin, _what, _seconds: None

    def begin(self, plugin: str, what: str, *, is_page: bool = False) -> Call:
        """Notes that a plugin is called; `is_page` if it is for what nobody else waits for."""
        self.watch(plugin, what)
        thread = get_ident()
        call = Call(plugin, what, perf_counter(), thread, is_page)
        try:
            self.under_way[thread].append(call)
        except KeyError:
            self.under_way[thread] = [call]
        return call

    def end(self, call: Call) -> None:
        """Notes that it came back."""
        took = perf_counter() - call.began
        self.under_way[call.thread].pop()
        self._count(call.plugin, call.what, took)
        if took > SLOW_S:
            log.warning("plugin is slow", extra={"plugin": call.plugin, "hook": call.what, "seconds": round(took, 1)})
            (self.sluggish if call.is_page else self.slow)(call.plugin, call.what, took)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Runs the block, in which this thread waits for the work of others: its calls don't answer for that time."""
        thread, began = get_ident(), perf_counter()
        self._waiting.add(thread)
        try:
            yield
        finally:
            took = perf_counter() - began
            for call in self.under_way.get(thread, ()):
                call.began += took
            self._waiting.discard(thread)

    def _count(self, plugin: str, what: str, took: float) -> None:
        key = (plugin, what)
        tally = self.tallies.get(key)
        if tally is None:
            tally = self.tallies[key] = Tally()
        tally.calls += 1
        tally.total_s += took
        if took > tally.worst_s:
            tally.worst_s = took

    def fail(self, plugin: str, what: str, error: BaseException) -> None:
        """Logs a failure against its plugin and tells whoever decides what follows."""
        log.error("plugin failed", exc_info=error, extra={"plugin": plugin, "hook": what})
        self.failed(plugin, what, error)

    def endless(self) -> Iterator[Call]:
        """Yields the calls under way that can't be expected to come back and are not charged yet."""
        calls = (call for call in self._longer_than(ENDLESS_S, is_page=False) if not call.is_charged)
        return (call for call in calls if not self._waits_within(call))

    def hung_pages(self) -> Iterator[Call]:
        """Yields the plugins' own pages under way that can't be expected to come back."""
        return (call for call in self._longer_than(HUNG_S, is_page=True) if not self._waits_within(call))

    def slow_pages(self, plugin: str) -> int:
        """Returns how many pages of a plugin are waited for longer than a page should be."""
        return sum(call.plugin == plugin for call in self._longer_than(SLOW_S, is_page=True))

    def _longer_than(self, seconds: float, *, is_page: bool) -> Iterator[Call]:
        limit = perf_counter() - seconds
        for thread, calls in list(self.under_way.items()):
            if thread not in self._waiting:
                yield from (call for call in list(calls) if call.is_page is is_page and call.began < limit)

    def _waits_within(self, call: Call) -> bool:
        """Tells whether most of its time went into another's call that it led to: that one is to blame."""
        half_time = (call.began + perf_counter()) / 2
        later = (other for other in list(self.under_way[call.thread]) if other.began > call.began)
        return any(other.began < half_time for other in later)

    def take_tallies(self) -> dict[tuple[str, str], Tally]:
        """Returns what was counted since the last call of this."""
        taken, self.tallies = self.tallies, {}
        return taken
