"""Jobs: at least once, with back-off, visible failures, and periodic runs that happen once."""

from datetime import timedelta

import pytest
from peewee import OperationalError

from core.errors import Conflict, NotFound, ProviderError
from core.hooks.contributions import JobKind
from core.jobs import LEASE, Job, Progress, Stopped, hand, job_counts
from tests.waiting import until


@pytest.fixture
def done(crm):
    """Returns what jobs of the kind test.note wrote down."""
    notes = []
    crm.job_kinds["test.note"] = JobKind("test.note", lambda crm, args, progress: notes.append(args["note"]))
    return notes


def failing(crm, error, attempts=3):
    def run(*_arguments):
        raise error

    crm.job_kinds["test.fail"] = JobKind("test.fail", run, attempts=attempts)


def test_a_job_is_done_with_its_arguments(crm, done):
    crm.jobs.enqueue("test.note", {"note": "hello"})
    assert crm.jobs.run_waiting() == 1
    assert (done, Job.get().state) == (["hello"], "done")


def test_a_job_of_rolled_back_work_never_was(crm, done):
    with pytest.raises(ZeroDivisionError), crm.work():
        crm.jobs.enqueue("test.note", {"note": "lost"})
        1 / 0  # noqa: B018 - any failure
    assert crm.jobs.run_waiting() == 0


def test_a_job_waits_for_its_time(crm, done):
    crm.jobs.enqueue("test.note", {"note": "later"}, run_at=crm.clock.now() + timedelta(hours=1))
    assert crm.jobs.run_waiting() == 0
    crm.clock.advance(hours=1)
    assert crm.jobs.run_waiting() == 1


def test_a_failure_is_kept_and_tried_again_with_back_off(crm):
    failing(crm, ValueError("no luck"))
    crm.jobs.enqueue("test.fail", {})
    assert crm.jobs.run_waiting() == 1
    job = Job.get()
    assert (job.state, job.last_error) == ("waiting", "no luck")
    assert job.run_at > crm.clock.now()


def test_a_job_fails_for_good_after_its_attempts(crm):
    failing(crm, ValueError("no luck"), attempts=2)
    crm.jobs.enqueue("test.fail", {})
    for _round in range(2):
        crm.jobs.run_waiting()
        crm.clock.advance(hours=2)
    assert Job.get().state == "failed"


def test_a_final_provider_error_is_not_tried_again(crm):
    failing(crm, ProviderError("wrong password", retryable=False))
    crm.jobs.enqueue("test.fail", {})
    crm.jobs.run_waiting()
    assert (Job.get().state, Job.get().last_error) == ("failed", "wrong password")


def test_a_failed_job_can_be_run_again(crm, done):
    failing(crm, ValueError("no"), attempts=1)
    job = crm.jobs.enqueue("test.fail", {})
    crm.jobs.run_waiting()
    crm.job_kinds["test.fail"] = JobKind("test.fail", lambda *_arguments: done.append("again"))
    crm.jobs.retry(job)
    crm.jobs.run_waiting()
    assert done == ["again"]


def test_a_job_of_a_dead_worker_comes_back(crm, done):
    crm.jobs.enqueue("test.note", {"note": "x"})
    crm.jobs.claim()
    assert crm.jobs.claim() is None
    crm.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert crm.jobs.claim().crashes == 1


def test_a_worker_whose_clock_jumped_does_not_end_the_job_that_another_has_begun_anew(crm):
    failing(crm, ValueError("too late"))
    crm.jobs.enqueue("test.fail", {})
    first = crm.jobs.claim()
    crm.clock.advance(hours=1)
    second = crm.jobs.claim()
    crm.jobs.run(first)
    job = Job.get_by_id(first.id)
    assert (second.id, job.state, job.attempts, job.last_error) == (first.id, "running", 2, "")


def test_a_job_that_was_stopped_and_run_again_is_not_that_of_its_first_worker(crm, done):
    crm.jobs.enqueue("test.note", {"note": "x"})
    first = crm.jobs.claim()
    crm.jobs.stop(first, "Ana stopped it.")
    crm.clock.advance(seconds=1)
    crm.jobs.retry(first)
    crm.jobs.claim()
    with pytest.raises(Stopped):
        Progress(crm, first).tell(50)


def test_a_lease_is_renewed_again_when_the_database_was_away(crm, done, monkeypatch):
    monkeypatch.setattr(hand, "LEASE", timedelta(milliseconds=3))
    asked, work = [], crm.desk.work

    def away():
        asked.append(True)
        if len(asked) == 1:
            raise OperationalError("the server closed the connection")
        return work()

    crm.jobs.enqueue("test.note", {"note": "kept"})
    job = crm.jobs.claim()
    monkeypatch.setattr(crm.desk, "work", away)
    with hand.lease_renewed(crm, job):
        until(lambda: len(asked) > 2)


def test_a_job_that_kills_three_workers_stands_as_failed(crm, done):
    crm.jobs.enqueue("test.note", {"note": "x"})
    for _death in range(3):
        assert crm.jobs.claim()
        crm.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert crm.jobs.claim() is None
    assert job_counts() == {"failed": 1}


def test_a_job_that_a_person_stops_while_it_runs_ends_at_its_next_word(crm):
    said = []

    def run(crm, args, progress):
        crm.jobs.stop(progress.job, "Ana stopped it.")
        progress.tell(40)
        said.append("went on")

    crm.job_kinds["test.long"] = JobKind("test.long", run)
    crm.jobs.enqueue("test.long", {}, dedupe_key="k")
    assert crm.jobs.run_waiting() == 1
    job = Job.get()
    assert (said, job.state, job.last_error, job.dedupe_key) == ([], "failed", "Ana stopped it.", None)
    assert crm.jobs.in_hand is None


def test_a_job_that_ends_after_it_was_stopped_stays_stopped_until_it_is_run_again(crm, done):
    crm.job_kinds["test.deaf"] = JobKind("test.deaf", lambda crm, args, progress: crm.jobs.stop(progress.job, "No."))
    job = crm.jobs.enqueue("test.deaf", {})
    crm.jobs.run_waiting()
    assert Job.get().state == "failed"
    with pytest.raises(Conflict, match="over already"):
        crm.jobs.stop(job, "Again.")
    crm.job_kinds["test.deaf"] = JobKind("test.deaf", lambda *_arguments: done.append("again"))
    crm.jobs.retry(job)
    crm.jobs.run_waiting()
    assert (done, Job.get().state) == (["again"], "done")


def test_a_waiting_job_that_is_stopped_is_not_run(crm, done):
    crm.jobs.stop(crm.jobs.enqueue("test.note", {"note": "x"}), "Not now.")
    assert (crm.jobs.run_waiting(), done, Job.get().last_error) == (0, [], "Not now.")


def test_a_dedupe_key_makes_one_job_until_it_is_done(crm, done):
    first = crm.jobs.enqueue("test.note", {"note": "x"}, dedupe_key="k")
    assert crm.jobs.enqueue("test.note", {"note": "x"}, dedupe_key="k").id == first.id
    crm.jobs.run_waiting()
    assert crm.jobs.enqueue("test.note", {"note": "x"}, dedupe_key="k").id != first.id


def test_two_who_ask_for_the_same_at_once_get_one_job(crm, done, monkeypatch):
    first = crm.jobs.enqueue("test.note", {"note": "x"}, dedupe_key="k")
    seen = iter((None, first))  # who looks first does not see what the other is about to write
    monkeypatch.setattr(Job, "get_or_none", lambda *_where: next(seen))
    assert crm.jobs.enqueue("test.note", {"note": "x"}, dedupe_key="k").id == first.id
    assert Job.select().count() == 1


def test_a_job_of_a_plugin_that_is_off_waits_until_it_is_on_again(crm):
    crm.jobs.enqueue("ghost.walk", {})
    assert crm.jobs.run_waiting() == 0
    crm.job_kinds["ghost.walk"] = JobKind("ghost.walk", lambda crm, args, progress: None)
    assert (crm.jobs.run_waiting(), Job.get().state) == (1, "done")


def test_a_periodic_job_is_written_once_a_period(crm, done):
    crm.job_kinds["test.tick"] = JobKind("test.tick", lambda *_arguments: None, every=timedelta(minutes=5))
    crm.jobs.schedule()
    crm.jobs.schedule()
    assert Job.select().where(Job.kind == "test.tick").count() == 1
    crm.clock.advance(minutes=5)
    crm.jobs.schedule()
    assert Job.select().where(Job.kind == "test.tick").count() == 2


def test_progress_is_visible_while_the_job_runs(crm):
    seen = []

    def run(crm, args, progress):
        progress.tell(40, "400 of 1,000")
        seen.append((Job.get().progress, Job.get().progress_note))

    crm.job_kinds["test.slow"] = JobKind("test.slow", run)
    crm.jobs.enqueue("test.slow", {})
    crm.jobs.run_waiting()
    assert (seen, Job.get().progress) == ([(40, "400 of 1,000")], 100)


def test_an_absent_job_is_not_found(crm):
    with pytest.raises(NotFound):
        crm.jobs.get(404)
