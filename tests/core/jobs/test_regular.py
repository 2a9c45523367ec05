"""Regular jobs are forgotten once done, but never so that one would be begun again."""

from datetime import timedelta

import pytest

from core.hooks.contributions import JobKind
from core.jobs import Job
from core.jobs.regular import counts, forget_done


@pytest.fixture
def kinds(crm):
    def kind(name, **every):
        return JobKind(f"core.{name}", lambda *_given: None, every=timedelta(**every) if every else None)

    crm.job_kinds = {one.kind: one for one in (kind("often", seconds=10), kind("weekly", days=7), kind("asked"))}


def run(crm):
    crm.jobs.schedule()
    crm.jobs.run_waiting()


def test_done_regular_jobs_go_after_a_day_and_others_stay(crm, kinds):
    crm.jobs.enqueue("core.asked", {})
    run(crm)
    crm.clock.advance(days=2)
    run(crm)
    assert forget_done(crm) == 1
    assert sorted(job.kind for job in Job.select()) == ["core.asked", "core.often", "core.weekly"]


def test_what_was_forgotten_is_not_begun_again(crm, kinds):
    run(crm)
    before = Job.select().where(Job.kind == "core.weekly").count()
    crm.clock.advance(hours=1)
    forget_done(crm)
    run(crm)
    assert Job.select().where(Job.kind == "core.weekly").count() == before


def test_failed_regular_jobs_stay_and_are_counted(crm, kinds):
    run(crm)
    Job.update(state="failed").where(Job.kind == "core.often").execute()
    crm.clock.advance(days=3)
    forget_done(crm)
    assert counts(with_regular=False) == {"failed": 1}
