"""The wire on which processes tell their supervisor how they fare: that they answer requests, and what hangs in them.

A pipe, no files: it takes no room on a disk that may be full, and what a killed process left behind can't be mistaken.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass

READY, HANGS = "ready", "hangs"
# A line that is shorter than PIPE_BUF arrives as a whole, whoever writes beside.
LONGEST_WHAT = 400


@dataclass(frozen=True)
class News:
    """What a process tells: `event` is ready or hangs; `parent` is who started it.

    With a `plugin`, what hangs has the turn of writers, so that the process can't write it down.
    """

    event: str
    pid: int
    parent: int
    plugin: str = ""
    what: str = ""
    is_page: bool = False


class Wire:
    """One pipe: the supervisor hears, every process forked from it tells."""

    def __init__(self) -> None:
        self._out, self._in = os.pipe()
        os.set_blocking(self._out, False)
        self._begun = b""

    def tell(self, event: str, *, plugin: str = "", what: str = "", is_page: bool = False) -> None:
        """Tells something about this process."""
        news = News(event, os.getpid(), os.getppid(), plugin, what[:LONGEST_WHAT], is_page)
        os.write(self._in, json.dumps(asdict(news)).encode() + b"\n")

    def hear(self) -> Iterator[News]:
        """Yields what was told since the last call."""
        try:
            while told := os.read(self._out, 1 << 16):
                self._begun += told
        except BlockingIOError:
            pass  # that is all for now
        *lines, self._begun = self._begun.split(b"\n")
        yield from (News(**json.loads(line)) for line in lines)
