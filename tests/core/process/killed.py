"""A program that completes tasks and is killed in the midst of it: run by test_killed, in a process of its own.

For each point it forks a child that opens the instance, completes the task of the deal, and kills itself (-9) before
the statement of that number, or is killed after some microseconds. Children don't share a connection with anybody.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from core.boot import boot
from core.clock import FixedClock
from core.config import Config, read_config
from core.deals.models import Deal
from core.process.services import complete, stage_task_of
from core.testing import NOON
from core.users.models import User


def main(folder: str, deal_id: int) -> None:
    """Kills at statement 1, 2, 3… until a transition is through, then at random moments; prints how each ended."""
    point, ended = 0, -signal.SIGKILL
    while ended == -signal.SIGKILL:
        point += 1
        ended = in_a_child(lambda number=point: kill_before(folder, deal_id, number))
    chance = random.Random(7)
    killed = sum(killed_after(folder, deal_id, chance.uniform(0, 0.02)) for _ in range(12))
    print(point, killed, ended, flush=True)


def in_a_child(action) -> int:
    """Runs the action in a forked process and returns its exit status, negative for the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_after(folder: str, deal_id: int, seconds: float) -> bool:
    """Kills a child some time after it has begun the transition; tells whether it was still at it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            transition(opened(folder), deal_id, lambda: os.write(writing, b"x"))
            os._exit(0)
        finally:
            os._exit(1)
    os.read(reading, 1)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    os.kill(child, signal.SIGKILL)
    os.close(reading)
    os.close(writing)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) < 0


def kill_before(folder: str, deal_id: int, number: int) -> None:
    """Completes the deal's task and kills itself before the statement of this number; the commit counts as one."""
    crm = opened(folder)
    left = [number]

    def counting(function):
        def counted(*args, **kwargs):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return counted

    def begin():
        crm.database.execute_sql = counting(crm.database.execute_sql)
        crm.database.commit = counting(crm.database.commit)

    transition(crm, deal_id, begin)
    os._exit(0)


def transition(crm, deal_id: int, begin) -> None:
    deal = Deal.get_by_id(deal_id)
    task, user = stage_task_of(deal), User.get_by_id(deal.owner_id)
    begin()
    complete(crm, user, task)


def opened(folder: str):
    """Returns the instance, opened by this process alone."""
    config = read_config(Path(folder), environment={})
    return boot(Config(**{**config.__dict__, "plugins": ()}), clock=FixedClock(NOON))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
