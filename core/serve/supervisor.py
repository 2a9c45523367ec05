"""`hinka serve`: a small supervisor that owns web servers and the worker, and exchanges both when plugins change.

It runs no plugin's code. All its processes are forks of it, so what they have in common is loaded once.
"""

import importlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

import click

from core.config import Config
from core.hooks import behind
from core.instance.upgrade import at_work
from core.serve.entry import safe_web
from core.serve.listeners import run_listeners
from core.serve.processes import ENDING, Child
from core.serve.servers import Server, Servers
from core.serve.trial import Trial, try_here
from core.serve.watched import Watched
from core.serve.wire import HANGS, News, Wire
from core.serve.worker import run_worker

# One short query a look: what follows a switch begins so much later at most.
POLL_S = 0.1
RESTART_WAIT_S = 2
# A job in hand may take its time when its worker is exchanged; a worker that is stuck may not stay for ever.
DRAIN_S = 3600
# Processes that can't follow are tried again after so long, each time twice as long.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 600
SHARED = ("core.web.factory", "core.web.routes", "core.sample")
log = logging.getLogger("hinka.serve")


def serve(config: Config, listener: socket.socket, *, workers: int, without: Iterable[str] = ()) -> int:
    """Runs web servers and worker until SIGINT or SIGTERM and returns the exit status.

    What dies is started again; plugins switched meanwhile take effect within seconds, without a failed request. Where
    no web server ever came up, all ends with status 1.
    """
    stop = threading.Event()
    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup's wish
            signal.signal(number, lambda *_: stop.set())
    for module in SHARED:
        importlib.import_module(module)
    with at_work(config.folder):
        supervisor = Supervisor(config, listener, workers, tuple(without), stop)
        try:
            supervisor.start()
            return supervisor.watch()
        finally:
            supervisor.end()


class Supervisor:
    """The processes of one instance on this machine."""

    def __init__(
        self, config: Config, listener: socket.socket, workers: int, without: tuple[str, ...], stop: threading.Event
    ) -> None:
        self.config = config
        self.listener = listener
        self.without = without
        self.stop = stop
        self.watched = Watched(config)
        self.wire = Wire()
        self.leaving: list[Child] = []
        self.servers = Servers(workers, self._start_server, self.leaving)
        self.worker: Child | None = None
        self.listeners: Child | None = None
        self.has_hung_web = False
        # What hung with the turn of writers: its plugin is left out of every start until that is written down.
        self.hung: list[News] = []
        # What did not go through, and when it is tried again.
        self.again: Callable[[], None] | None = None
        self.again_at, self.pause_s = 0.0, 0.0

    def start(self) -> None:
        """Tries the boot, says what it has shown, and starts all processes."""
        self.watched.is_new()
        trial = self.try_boot()
        if self.stop.is_set():
            return
        self.watched.say_behind("")
        if not trial.is_passed:  # perhaps the database is not there yet
            self._fall_behind(behind.TRIAL, self.follow)
        self.worker = self._start("worker", run_worker)
        if trial.has_listeners:
            self.listeners = self._start("listeners", run_listeners)
        self.servers.start()

    def watch(self) -> int:
        """Keeps all running until `stop`, and returns the exit status."""
        while not self.stop.wait(POLL_S):
            self.hear()
            if not self.servers.restart_dead():
                return 1
            if self.worker.is_dead and self.worker.age_s > RESTART_WAIT_S:
                log.error("the worker has ended and is started again")
                self.worker = self._start("worker", run_worker)
            if self.listeners and self.listeners.has_failed and self.listeners.age_s > RESTART_WAIT_S:
                log.error("the listeners have ended and are started again")
                self.listeners = self._start("listeners", run_listeners)
            self.leaving[:] = [child for child in self.leaving if not self._has_left(child)]
            self.charge_hung()
            if self.watched.is_new():
                self.follow()
            elif self.again:
                if time.monotonic() > self.again_at:
                    self.again()
            elif self.has_hung_web:
                self.roll_web()
        return 0

    def hear(self) -> None:
        """Takes in what the processes have told."""
        for news in self.wire.hear():
            is_of_web = self.servers.take(news)
            if news.event == HANGS:
                self.has_hung_web |= is_of_web
                self.hung += [news] if news.plugin else []

    def charge_hung(self) -> None:
        """Writes down what hung with the turn of writers, once its process is gone."""
        gone = [news for news in self.hung if not _is_there(news.pid)]
        if gone and self.watched.charge(gone):
            self.hung = [news for news in self.hung if news not in gone]

    def follow(self) -> None:
        """Brings every process to the present generation, after a trial; the jobs' worker goes first."""
        trial = self.try_boot()
        if not trial.is_passed:
            self._fall_behind(behind.TRIAL, self.follow)
            return
        for child in (self.worker, self.listeners):
            if child is not None:
                child.ask_to_end()
                self.leaving.append(child)
        self.worker = self._start("worker", run_worker)
        # Two must not listen at a time: the new one waits for the lease of the old.
        self.listeners = self._start("listeners", run_listeners) if trial.has_listeners else None
        self.roll_web()

    def roll_web(self) -> None:
        """Exchanges every web process; what they have in hand is answered first, as far as it comes back."""
        self.has_hung_web = False
        if self.servers.roll(self.hear, self.stop):
            if self.again:
                self.watched.say_behind("")
            self.again, self.pause_s = None, 0.0
        elif not self.stop.is_set():
            self._fall_behind(behind.WEB, self.roll_web)

    def try_boot(self) -> Trial:
        """Boots on trial until that comes through, each time without the plugin that ended or stopped it."""
        while True:
            self.watched.close()
            trial = try_here(self.config, self._left_out(), self.listener, self.stop)
            for refusal in filter(None, (*trial.refusals, trial.fatal)):
                click.echo(f"Plugin {refusal.plugin} is off: {refusal.reason} {refusal.remedy}", err=True)
            if trial.fatal is None:
                return trial
            if not self.watched.stop_plugin(trial.fatal):
                self.without += (trial.fatal.plugin,)

    def end(self) -> None:
        """Ends every process."""
        self.listener.close()
        children = [*self.servers.running, *filter(None, (self.worker, self.listeners)), *self.leaving]
        for child in children:
            child.ask_to_end()
        for child in children:
            child.end()

    def _fall_behind(self, reason: str, again: Callable[[], None]) -> None:
        self.pause_s = min(self.pause_s * 2 or FIRST_PAUSE_S, LONGEST_PAUSE_S)
        self.again, self.again_at = again, time.monotonic() + self.pause_s
        log.error("processes can't follow (%s), the present go on; again in %s s", reason, self.pause_s)
        self.watched.say_behind(reason)

    def _start(self, name: str, run: Callable[..., None]) -> Child:
        self.watched.close()
        return Child(name, run, self.config, self._left_out(), self.wire, without=self.listener)

    def _start_server(self, workers: int) -> Server:
        self.watched.close()
        return Server(partial(safe_web, self.config, self._left_out()), self.listener, workers, self.wire)

    def _left_out(self) -> tuple[str, ...]:
        return (*self.without, *(news.plugin for news in self.hung if not news.is_page))

    def _has_left(self, child: Child) -> bool:
        if not child.is_dead and child.leaving_s > DRAIN_S:
            child.end()
        return child.is_dead


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # gone, or its number is another's by now
        return False
    return True
