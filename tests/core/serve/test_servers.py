"""Web servers that end or hang: started again, with growing pauses, and no reason to end the rest."""

from types import SimpleNamespace

import pytest

from core.serve.servers import FIRST_PAUSE_S, LONGEST_PAUSE_S, READY_LIMIT_S, Server, Servers
from core.serve.wire import READY, News


class Stood(Server):
    """A server without a process; `age_s` and `is_dead` are set by the test."""

    age_s, is_dead = 0.0, False

    def __init__(self, workers):
        self.workers, self.came_up, self.pause_s, self.told = workers, set(), FIRST_PAUSE_S, []
        self.process = SimpleNamespace(pid=id(self))

    def ask_to_end(self):
        self.told.append("end")

    def end(self, grace_s=10):
        self.is_dead, self.told = True, ["killed"]


@pytest.fixture
def web():
    """Returns two started servers of one worker each; `begun` are all that were started."""
    begun = []

    def begin(workers):
        begun.append(Stood(workers))
        return begun[-1]

    made = Servers(3, begin, [])
    made.start()
    made.begun = begun
    return made


def comes_up(web, server):
    web.take(News(READY, 7, server.process.pid))


def test_where_none_ever_came_up_there_is_nothing_to_wait_for(web):
    web.begun[0].is_dead = True
    assert web.restart_dead() is False


def test_one_that_has_ended_is_started_again_at_once(web):
    comes_up(web, web.begun[0])
    web.begun[0].is_dead = True
    assert (web.restart_dead(), web.running[0] is web.begun[2], web.begun[2].workers) == (True, True, 2)


def test_one_that_does_not_come_up_again_is_tried_later_each_time_and_ends_nothing(web, caplog):
    comes_up(web, web.begun[1])
    web.begun[0].is_dead = True
    pauses = []
    for _time in range(12):
        server = web.running[0]
        server.is_dead, server.age_s = True, 0.0
        while web.running[0] is server:
            server.age_s += 1
            assert web.restart_dead()
        pauses.append(server.age_s)
    assert pauses[:4] == [FIRST_PAUSE_S * factor for factor in (1, 2, 4, 8)]
    assert max(pauses) == LONGEST_PAUSE_S
    assert "did not come up and is started again; if in vain, anew after 4 s" in caplog.text
    comes_up(web, web.running[0])
    web.running[0].is_dead = True
    web.restart_dead()
    assert web.running[0].pause_s == FIRST_PAUSE_S


def test_one_that_hangs_in_its_start_is_ended_at_once(web, caplog):
    comes_up(web, web.begun[0])
    web.begun[1].age_s = READY_LIMIT_S + 1
    assert web.restart_dead()
    assert (web.begun[1].told, web.running[1] is web.begun[2]) == (["killed"], True)
    assert "hangs in its start" in caplog.text


def test_a_roll_ends_a_new_one_that_hangs_at_once_and_keeps_the_old(web, monkeypatch):
    for server in web.begun:
        comes_up(web, server)
    old = list(web.running)
    monkeypatch.setattr(Stood, "age_s", READY_LIMIT_S + 1)
    stop = SimpleNamespace(wait=lambda _seconds: False)
    assert web.roll(lambda: None, stop) is False
    assert (web.running, web.begun[2].told, old[0].told) == (old, ["killed"], [])
