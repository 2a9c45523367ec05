"""The web processes as the supervisor sees them: servers of at most two workers, all on one socket, and their roll.

A roll starts a server, waits until its workers answer, and gives up an old one, until all are new. What does not come
up is given up again, so that those that answer are never touched. Not by gunicorn's own signals: HUP blocks on open
streams, and TTOU after a failed TTIN gives up the oldest worker, which is one that answers.
"""

import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

from core.serve.processes import Child
from core.serve.web import run_web
from core.serve.wire import READY, News, Wire

# On a busy machine two that start get twice the processor; more would take too much memory.
AT_ONCE = 2
READY_LIMIT_S = 30
# One that does not come up is started again so long after its start, each time twice as long.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2, 300
LOOK_S = 0.02
log = logging.getLogger("hinka.serve")


class Server(Child):
    """One server and which of its workers have come up; `pause_s` bounds how often it is started in vain."""

    def __init__(self, make: Callable[[], Any], listener: socket.socket, workers: int, wire: Wire) -> None:
        self.workers = workers
        self.came_up: set[int] = set()
        self.pause_s: float = FIRST_PAUSE_S
        super().__init__("web", run_web, make, listener, workers, wire)

    @property
    def answers(self) -> bool:
        """Whether all its workers came up."""
        return len(self.came_up) >= self.workers

    @property
    def hangs(self) -> bool:
        """Whether it should have come up by now, and none of its workers did."""
        return not (self.is_dead or self.came_up) and self.age_s > READY_LIMIT_S

    def give_up(self) -> None:
        """Ends it: what its workers have in hand is answered first; one of which none came up has nothing in hand."""
        if self.came_up:
            self.ask_to_end()
        else:
            self.end(0)


class Servers:
    """All servers of the instance on this machine: `begin` starts one of so many workers, `leaving` gets the old."""

    def __init__(self, workers: int, begin: Callable[[int], Server], leaving: list[Child]) -> None:
        self.workers = workers
        self.begin = begin
        self.leaving = leaving
        self.running: list[Server] = []
        self.starting: Server | None = None
        self.has_answered = False

    def start(self) -> None:
        """Starts all."""
        self.running = [self.begin(min(AT_ONCE, self.workers - begun)) for begun in range(0, self.workers, AT_ONCE)]

    def restart_dead(self) -> bool:
        """Starts anew what has ended, and what hangs in its start; tells False where none has ever come up.

        What does not come up either is tried again, later each time.
        """
        for place, server in enumerate(self.running):
            if self.has_answered and server.hangs:
                log.error("a web server hangs in its start and is ended")
                server.give_up()
            if not server.is_dead:
                continue
            if not self.has_answered:
                return False
            if server.came_up:
                log.error("a web server has ended and is started again")
                self.running[place] = self.begin(server.workers)
            elif server.age_s >= server.pause_s:
                pause_s = min(server.pause_s * 2, LONGEST_PAUSE_S)
                log.error("a web server did not come up and is started again; if in vain, anew after %s s", pause_s)
                self.running[place] = self.begin(server.workers)
                self.running[place].pause_s = pause_s
        return True

    def roll(self, hear: Callable[[], None], stop: threading.Event) -> bool:
        """Exchanges all servers, each given up only when another answers, and tells whether that went through.

        `hear` takes in what is told meanwhile; on `stop` it ends at once.
        """
        for place, old in enumerate(self.running):
            new = self.starting = self.begin(old.workers)
            while not (new.answers or new.is_dead or new.age_s > READY_LIMIT_S or stop.wait(LOOK_S)):
                hear()
            self.starting = None
            self.running[place], given_up = (new, old) if new.answers else (old, new)
            given_up.give_up()
            self.leaving.append(given_up)
            if given_up is new:
                return False
        return True

    def take(self, news: News) -> bool:
        """Counts a worker that answers; tells whether the news come from a server that is not given up."""
        for server in filter(None, (*self.running, self.starting)):
            if server.process.pid == news.parent:
                if news.event == READY:
                    server.came_up.add(news.pid)
                    self.has_answered = True
                return True
        return False
