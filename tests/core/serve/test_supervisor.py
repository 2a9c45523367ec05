"""What the supervisor decides: when it tries again, and what it leaves out; its processes are stood in for."""

import os
import threading
from types import SimpleNamespace

import pytest

from core.config import Config
from core.serve import supervisor as place
from core.serve.processes import Child
from core.serve.supervisor import DRAIN_S, FIRST_PAUSE_S, LONGEST_PAUSE_S, Supervisor
from core.serve.trial import Trial
from core.serve.wire import HANGS


class Stood:
    """Stands in for a process or a server."""

    is_dead = has_failed = False
    age_s = leaving_s = 0.0
    came_up = frozenset({1})
    process = SimpleNamespace(pid=1)

    def __init__(self, *values, **_options):
        self.values = values

    def ask_to_end(self):
        self.is_dead = True


class Busy(Child):
    """A process that was started long ago and has something in hand that never ends."""

    def __init__(self):
        self.started_at, self.asked_at, self.killed = -2.0 * DRAIN_S, None, []
        self.process = SimpleNamespace(
            exitcode=None, terminate=lambda: None, join=lambda grace_s=0: None, kill=lambda: self.killed.append(self)
        )


class Database:
    """Stands in for the instance's database."""

    def __init__(self, _config):
        self.charged, self.behind, self.takes = [], [], True
        self.is_new = self.close = lambda: False
        self.say_behind = self.behind.append

    def charge(self, hung):
        self.charged += hung if self.takes else []
        return self.takes


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    """Returns a supervisor; `at` has it look once at each of these moments of the monotonic clock."""
    now = [0.0]
    monkeypatch.setattr(place, "Child", Stood)
    monkeypatch.setattr(place, "Server", Stood)
    monkeypatch.setattr(place, "Watched", Database)
    monkeypatch.setattr(place.time, "monotonic", lambda: now[0])
    one = Supervisor(Config(folder=tmp_path), None, 1, (), threading.Event())

    def at(*moments):
        left = list(moments)

        def wait(_seconds):
            if left:
                now[0] = left.pop(0)
                return False
            return True

        one.stop = SimpleNamespace(is_set=lambda: False, wait=wait)
        one.watch()

    one.at = at
    return one


def trials(monkeypatch, *results):
    asked, left = [], list(results)

    def try_here(_config, without, _listener, _stop):
        asked.append(without)
        return left.pop(0) if left else Trial()

    monkeypatch.setattr(place, "try_here", try_here)
    return asked


def test_a_start_without_a_database_is_tried_again_when_it_may_be_there(supervisor, monkeypatch):
    asked = trials(monkeypatch, Trial(error="no database"))
    monkeypatch.setattr(supervisor.servers, "roll", lambda hear, stop: True)
    supervisor.start()
    supervisor.at(1, FIRST_PAUSE_S + 1)
    assert (len(asked), supervisor.again, supervisor.watched.behind) == (2, None, ["", "trial", ""])


def test_a_roll_that_fails_is_tried_again_with_growing_pauses_without_another_worker(supervisor, monkeypatch):
    trials(monkeypatch)
    rolls = []
    monkeypatch.setattr(supervisor.servers, "roll", lambda hear, stop: rolls.append(place.time.monotonic()))
    supervisor.start()
    supervisor.follow()
    worker = supervisor.worker
    supervisor.at(*range(1, 2000))
    pauses = [later - before for before, later in zip(rolls, rolls[1:], strict=False)]
    assert pauses[:3] == [FIRST_PAUSE_S + 1, 2 * FIRST_PAUSE_S + 1, 4 * FIRST_PAUSE_S + 1]
    assert (max(pauses) <= LONGEST_PAUSE_S + 1, supervisor.worker is worker) == (True, True)


def test_what_hung_is_left_out_of_every_start_until_it_is_written_down(supervisor, monkeypatch):
    asked = trials(monkeypatch)
    monkeypatch.setattr(supervisor.servers, "roll", lambda hear, stop: True)
    supervisor.start()
    supervisor.wire.tell(HANGS, plugin="moody", what="deal_turned")
    supervisor.wire.tell(HANGS, plugin="bog", what="page bog.index", is_page=True)
    supervisor.at(1)
    supervisor.follow()
    assert (asked[-1], supervisor.watched.charged) == (("moody",), [])  # its process is there: nobody can write
    monkeypatch.setattr(place, "_is_there", lambda pid: pid != os.getpid())
    supervisor.watched.takes = False
    supervisor.at(2)
    assert supervisor.worker.values[3] == ("moody",)
    supervisor.watched.takes = True
    supervisor.at(3)
    assert [(one.plugin, one.is_page) for one in supervisor.watched.charged] == [("moody", False), ("bog", True)]
    assert supervisor.hung == []


def test_a_worker_of_long_standing_has_its_time_for_the_job_in_hand_when_it_is_exchanged(supervisor, monkeypatch):
    trials(monkeypatch)
    monkeypatch.setattr(supervisor.servers, "roll", lambda hear, stop: True)
    supervisor.start()
    supervisor.worker = old = Busy()
    supervisor.follow()
    supervisor.at(1, DRAIN_S)
    assert (old.killed, supervisor.leaving) == ([], [old])
    supervisor.at(DRAIN_S + 1)
    assert old.killed == [old]
