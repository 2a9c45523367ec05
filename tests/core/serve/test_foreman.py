"""What a job in hand may not do is ended with its process: going on when it was stopped, and taking too long."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from core.hooks.contributions import JobKind
from core.jobs import Hand, Job
from core.serve import foreman
from core.serve.foreman import GRACE_LOOKS, TURN_SHARE

LIMIT = timedelta(minutes=30)


@pytest.fixture
def job(crm):
    """Returns a job that this process has in hand, in a thread that never ends."""
    crm.job_kinds["test.hang"] = JobKind("test.hang", lambda *_given: None, limit=LIMIT)
    crm.jobs.enqueue("test.hang", {})
    return crm.jobs.claim()


@pytest.fixture
def look(crm, job):
    """Returns what looks at a job that is under way for so long, and tells whether its process is ended."""

    def watch(times=1, age=timedelta(0), thread=-1):
        began = foreman.time.monotonic() - age.total_seconds()
        crm.jobs.in_hand = Hand(job, LIMIT, thread=thread, began=began)
        looks, left = [False] * times, []
        pause = SimpleNamespace(wait=lambda _seconds: looks.pop() if looks else True)
        foreman._look(crm, pause, leave=lambda: left.append(True))
        crm.jobs.in_hand = None
        return bool(left)

    return watch


def test_a_job_within_its_time_goes_on(look):
    assert not look(times=100, age=LIMIT - timedelta(minutes=1))


def test_a_job_that_takes_too_long_is_ended_and_says_so(look, job):
    assert look(age=LIMIT + timedelta(seconds=1))
    kept = Job.get_by_id(job.id)
    assert (kept.state, kept.last_error) == ("failed", "It did not end within 30 minutes, so it was stopped.")


def test_a_job_that_was_stopped_has_a_moment_to_end_by_itself(crm, look, job):
    crm.jobs.stop(job, "Ana stopped it.")
    assert not look(times=GRACE_LOOKS)
    assert look(times=GRACE_LOOKS + 1)
    assert Job.get_by_id(job.id).last_error == "Ana stopped it."


def test_a_job_that_keeps_all_from_writing_is_ended_sooner_and_tried_again(crm, look, job):
    crm.desk.turn_of, crm.desk.turn_since = -1, foreman.time.monotonic()
    assert not look(age=LIMIT * 2)
    crm.desk.turn_since -= LIMIT.total_seconds() / TURN_SHARE + 1
    assert look(age=timedelta(minutes=3))
    assert Job.get_by_id(job.id).state == "running"  # until its lease ends with the process


def test_an_idle_worker_is_left_alone(crm):
    looks = [False] * 10
    pause = SimpleNamespace(wait=lambda _seconds: looks.pop() if looks else True)
    foreman._look(crm, pause, leave=lambda: pytest.fail("it has nothing in hand"))
