"""Sends scheduled reports: makes each as its reader may see it, and hands every letter over exactly once.

A sending is a row from the moment when it is due, in the same transaction as the job that does it, so whatever happens
can be seen. A network that is down is tried again by that job, later each time. What the letters carry: `making.py`;
how they go: `handing.py`.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from peewee import JOIN

from core.api import CRM, CRMError, Job, speaking, write_history
from core.api import gettext as _
from plugins.reports.variants import receipts
from plugins.reports.variants.calendar import next_time
from plugins.reports.variants.files import forget
from plugins.reports.variants.handing import give_up, hand_over, outcome_of, refuse
from plugins.reports.variants.making import is_made, make_next, make_owners
from plugins.reports.variants.models import Schedule, Sending
from plugins.reports.variants.notices import forget_owner_told, forget_told, tell_owner
from plugins.reports.variants.rights import owners_lack
from plugins.reports.variants.schedules import sendings_of
from plugins.reports.variants.states import FAILED, MAKING, REFUSED, SENT

LOOK_KIND, SEND_KIND = "reports.send_due", "reports.send"
LOOK = timedelta(minutes=1)
ATTEMPTS = 8
KEPT = 12


def start_due(crm: CRM, _args: Mapping[str, Any], _progress: Any) -> None:
    """Starts what is due, each once however long the server was off; the job that runs every minute."""
    end_given_up(crm)
    learn(crm)
    now = crm.clock.now()
    due = Schedule.select().where(Schedule.is_active, Schedule.next_at <= now).order_by(Schedule.next_at)
    for schedule in list(due):
        then = next_time(schedule.every, schedule.on_day, schedule.at_hour, crm.config.zone, now)
        with crm.work():
            moved = Schedule.update(next_at=then).where(
                Schedule.id == schedule.id, Schedule.next_at == schedule.next_at
            )
            if moved.execute():  # no other worker was first
                start(crm, schedule)


def start(crm: CRM, schedule: Schedule) -> Sending:
    """Returns the sending of a schedule's report, which a job is about to make."""
    with crm.work():
        sending = Sending.create(schedule=schedule.id, at=crm.clock.now(), state=MAKING)
        _go_on(crm, sending)
    return sending


def start_now(crm: CRM, schedule: Schedule) -> Sending:
    """Returns the sending of a schedule's report that is being made already, or a new one: two clicks mean one."""
    with crm.work():
        found = Sending.get_or_none(Sending.schedule == schedule.id, Sending.state == MAKING)
        return found or start(crm, schedule)


def send(crm: CRM, args: Mapping[str, Any], progress: Any) -> None:
    """Makes the next report of a sending, or hands its letters over; what was done already is not done again.

    Raises ProviderError while the network can't take them, so that the job is tried again.
    """
    # Only the newest job of a sending: one whose worker died after it had written the next has done its part.
    is_mine = (Sending.id == args["sending"]) & (Sending.job_id == progress.job.id)
    sending = Sending.get_or_none(is_mine, Sending.state == MAKING)
    if sending is None:
        return
    with _speaking_to_owner(crm, sending):
        outcome = _done(crm, sending)
    if outcome is None:
        _go_on(crm, sending)
    else:
        _end(crm, sending, *outcome)


def end_given_up(crm: CRM) -> None:
    """Ends the sendings whose job has failed for good, or is no more, with what was the matter."""
    is_over = Job.id.is_null() | Job.state.in_(("failed", "cancelled"))
    query = Sending.select(Sending, Job.last_error).join(Job, JOIN.LEFT_OUTER, on=(Sending.job_id == Job.id))
    for sending in list(query.where(Sending.state == MAKING, is_over)):
        with _speaking_to_owner(crm, sending):
            error = sending.job.last_error if hasattr(sending, "job") and sending.job else ""
            _end(crm, sending, *give_up(crm, sending, error or _("The job that made it is no more.")))


def learn(crm: CRM) -> None:
    """Follows what networks tell of letters that went: one that came back makes a failure of what was sent."""
    for sending in receipts.follow(crm):
        with _speaking_to_owner(crm, sending):
            outcome = outcome_of(sending)
            if sending.state in (SENT, FAILED) and outcome != (sending.state, sending.note):
                _end(crm, sending, *outcome)


def delays_of(sendings: Iterable[Sending]) -> dict[int, str]:
    """Returns what went wrong the last time with the sendings that will be tried again, by id."""
    jobs = {one.job_id: one.id for one in sendings if one.state == MAKING}
    rows = Job.select(Job.id, Job.last_error).where(Job.id.in_(list(jobs)), Job.last_error != "").tuples()
    return {jobs[job_id]: error for job_id, error in rows} if jobs else {}


def _speaking_to_owner(crm: CRM, sending: Sending) -> AbstractContextManager[None]:
    return speaking(sending.schedule.owner.language or crm.config.language)


def _go_on(crm: CRM, sending: Sending) -> None:
    """Leaves the rest to a job that waits behind all others: a report for a whole team holds up no message."""
    with crm.work():
        sending.job_id = crm.jobs.enqueue(SEND_KIND, {"sending": sending.id}).id
        sending.save(only=[Sending.job_id])


def _done(crm: CRM, sending: Sending) -> tuple[str, str] | None:
    """Does one piece of a sending; returns in a state and in words what came of it all, None while there is more."""
    if lack := owners_lack(sending.schedule):
        return refuse(crm, sending, lack)
    forget_told(sending.schedule)
    try:
        make_next(crm, sending) if sending.file_name else make_owners(crm, sending)
    except CRMError as error:
        return give_up(crm, sending, error.message)
    return hand_over(crm, sending) if is_made(sending) else None


def _end(crm: CRM, sending: Sending, state: str, note: str) -> None:
    with crm.work():
        sending.state, sending.note = state, str(note)
        if not sending.save(only=[Sending.state, Sending.note]):
            return  # its schedule was deleted meanwhile
        write_history(crm, "reports_schedule", sending.schedule_id, state, {"to": [None, str(note)]})
        if state in (REFUSED, FAILED):
            tell_owner(crm, sending.schedule, str(note))
        elif state == SENT:
            forget_owner_told(sending.schedule)
    _forget_old(crm, sending.schedule)


def _forget_old(crm: CRM, schedule: Schedule) -> None:
    """Forgets what is older than the last files: what made none pushes no file out."""
    found = sendings_of(schedule)
    kept = [one for one in found if one.file_name][:KEPT]
    forget(crm, [one for one in found if len(kept) == KEPT and one.id < kept[-1].id])
