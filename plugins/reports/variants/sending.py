"""Sends scheduled reports: makes each as its reader may see it, and hands every letter over exactly once.

A sending is a row from the moment when it is due, in the same transaction as the job that does it, so whatever happens
can be seen. A network that is down is tried again by that job, later each time. A letter is marked *sending* before it
is handed over: if the worker dies there, nobody can tell whether the network took it, and it is *uncertain*, not sent
again. What the letters carry: `making.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from peewee import JOIN

from core.api import (
    CRM,
    Channel,
    CRMError,
    Job,
    Outgoing,
    ProviderError,
    User,
    speaking,
    write_history,
)
from core.api import gettext as _
from plugins.reports.output.forms import MEDIA_TYPES
from plugins.reports.variants.calendar import next_time
from plugins.reports.variants.files import forget, path_of_letter
from plugins.reports.variants.keeping import is_seen
from plugins.reports.variants.making import WAITING, is_made, make_next, make_owners
from plugins.reports.variants.models import Letter, Schedule, Sending
from plugins.reports.variants.notices import forget_told, tell_administrators
from plugins.reports.variants.schedules import EXPORT, FAILED, MAKING, REFUSED, SENT, WAITS, sendings_of

LOOK_KIND, SEND_KIND = "reports.send_due", "reports.send"
LOOK = timedelta(minutes=1)
ATTEMPTS = 8
KEPT = 12
HANDING, UNCERTAIN = "sending", "uncertain"


def start_due(crm: CRM, _args: Mapping[str, Any], _progress: Any) -> None:
    """Starts what is due, each once however long the server was off; the job that runs every minute."""
    end_given_up(crm)
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


def send(crm: CRM, args: Mapping[str, Any], progress: Any) -> None:
    """Makes the next report of a sending, or hands its letters over; what was done already is not done again.

    Raises ProviderError while the network can't take them, so that the job is tried again.
    """
    # Only the newest job of a sending: one whose worker died after it had written the next has done its part.
    is_mine = (Sending.id == args["sending"]) & (Sending.job_id == progress.job.id)
    sending = Sending.get_or_none(is_mine, Sending.state == MAKING)
    if sending is None:
        return
    with speaking(sending.schedule.owner.language or crm.config.language):
        outcome = _done(crm, sending)
    if outcome is None:
        _go_on(crm, sending)
    else:
        _end(crm, sending, *outcome)


def end_given_up(crm: CRM) -> None:
    """Ends the sendings whose job has failed for good, with what was the matter."""
    given_up = Sending.select(Sending, Job.last_error).join(Job, on=(Sending.job_id == Job.id))
    for sending, error in [
        (one, one.job.last_error)
        for one in given_up.where(Sending.state == MAKING, Job.state.in_(("failed", "cancelled")))
    ]:
        has_letters = Letter.select().where(Letter.sending == sending.id).exists()
        _end(crm, sending, FAILED, _outcome(sending)[1] if has_letters else error)


def delays_of(sendings: Iterable[Sending]) -> dict[int, str]:
    """Returns what went wrong the last time with the sendings that will be tried again, by id."""
    jobs = {one.job_id: one.id for one in sendings if one.state == MAKING}
    rows = Job.select(Job.id, Job.last_error).where(Job.id.in_(list(jobs)), Job.last_error != "").tuples()
    return {jobs[job_id]: error for job_id, error in rows} if jobs else {}


def carrier(crm: CRM) -> Channel | None:
    """Returns a channel to addresses of e-mail that carries files and is ready, or None."""
    ways = [one for one in crm.channels.values() if one.carries_files and one.address_kind == "email"]
    return next((one for one in ways if one.readiness is None or not one.readiness(crm)), None)


def _go_on(crm: CRM, sending: Sending) -> None:
    """Leaves the rest to a job that waits behind all others: a report for a whole team holds up no message."""
    with crm.work():
        sending.job_id = crm.jobs.enqueue(SEND_KIND, {"sending": sending.id}).id
        sending.save(only=[Sending.job_id])


def _done(crm: CRM, sending: Sending) -> tuple[str, str] | None:
    """Does one piece of a sending; returns in a state and in words what came of it all, None while there is more."""
    if refusal := _refusal(sending.schedule):
        tell_administrators(crm, sending.schedule, refusal)
        return REFUSED, refusal
    forget_told(sending.schedule)
    try:
        make_next(crm, sending) if sending.file_name else make_owners(crm, sending)
    except CRMError as error:
        return FAILED, error.message
    if not is_made(sending):
        return None
    channel = carrier(crm)
    if channel is None:
        return WAITS, _("No channel that carries files is on: the file is kept here.")
    if not Letter.select().where(Letter.sending == sending.id).exists():
        return WAITS, _("Nobody is named to get it: the file is kept here.")
    _hand_over(crm, channel, sending)
    return _outcome(sending)


def _refusal(schedule: Schedule) -> str:
    """Returns why a schedule is sent to nobody, or an empty text."""
    owner = schedule.owner
    if owner.can(EXPORT) and is_seen(owner, schedule.variant):
        return ""
    return _("%(name)s may not take this report away any more, so it was sent to nobody.", name=owner.name)


def _hand_over(crm: CRM, channel: Channel, sending: Sending) -> None:
    """Hands over the letters that wait; raises ProviderError, to be tried again, when some still do."""
    mine = Letter.sending == sending.id
    with crm.work():
        lost = _("The worker ended while this was being handed over.")
        Letter.update(state=UNCERTAIN, reason=lost).where(mine, Letter.state == HANDING).execute()
    for letter in list(Letter.select().where(mine, Letter.state == WAITING).order_by(Letter.id)):
        _hand(crm, channel, letter)
    waiting = Letter.select().where(mine, Letter.state == WAITING).order_by(Letter.id).first()
    if waiting is not None:
        raise ProviderError(waiting.reason or _("The network can't take it now."), retryable=True)


def _hand(crm: CRM, channel: Channel, letter: Letter) -> None:
    _settle(crm, letter, HANDING, "")
    try:
        (answer,) = channel.send(crm, [_outgoing(crm, letter)])
    except ProviderError as error:  # nothing was handed over
        _settle(crm, letter, WAITING if error.retryable else FAILED, error.message)
        return
    _settle(crm, letter, WAITING if answer.state == "queued" else answer.state, answer.reason)


def _settle(crm: CRM, letter: Letter, state: str, reason: str) -> None:
    with crm.work():
        letter.state, letter.reason = state, str(reason)
        letter.save(only=[Letter.state, Letter.reason])


def _outgoing(crm: CRM, letter: Letter) -> Outgoing:
    extra = {}
    if letter.file_name:
        path = path_of_letter(crm, letter)
        form = path.suffix.removeprefix(".")
        extra["files"] = [{"name": letter.file_name, "media_type": MEDIA_TYPES[form], "path": str(path)}]
    # Below zero, where no message of the core has its number; the same however often it is tried.
    return Outgoing(-letter.id, letter.address, letter.body, letter.subject, extra)


def _outcome(sending: Sending) -> tuple[str, str]:
    """Returns what came of the letters of a sending, in all, and in words who got it, or who did not and why."""
    query = Letter.select(Letter, User).join(User, JOIN.LEFT_OUTER).where(Letter.sending == sending.id)
    named = [(one.address or one.user.name, one) for one in query.order_by(Letter.id)]
    missed = [f"{name}: {one.reason or one.state}" for name, one in named if one.state != SENT]
    return (FAILED, "; ".join(missed)) if missed else (SENT, ", ".join(name for name, _letter in named))


def _end(crm: CRM, sending: Sending, state: str, note: str) -> None:
    with crm.work():
        sending.state, sending.note = state, str(note)
        sending.save(only=[Sending.state, Sending.note])
        write_history(crm, "reports_schedule", sending.schedule_id, state, {"to": [None, str(note)]})
    _forget_old(crm, sending.schedule)


def _forget_old(crm: CRM, schedule: Schedule) -> None:
    """Forgets what is older than the last files: what made none pushes no file out."""
    found = sendings_of(schedule)
    kept = [one for one in found if one.file_name][:KEPT]
    forget(crm, [one for one in found if len(kept) == KEPT and one.id < kept[-1].id])
