"""Schedules: a variant sent at its time, made with what its owner may see, through a channel that carries files.

Without such a channel the file is kept, and waits to be fetched. A schedule whose owner may no longer take reports away
is sent to nobody, and that is said.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from peewee import fn

from core.api import (
    CRM,
    Channel,
    CRMError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Outgoing,
    Sent,
    User,
    speaking,
    write_history,
)
from core.api import gettext as _
from plugins.reports.models import Variant
from plugins.reports.output.forms import File, write
from plugins.reports.registry import make_report
from plugins.reports.variants.calendar import EVERY, MONTH, WEEK, next_time
from plugins.reports.variants.files import path_of, remove_files
from plugins.reports.variants.keeping import SHARE, get_variant, is_seen, pairs_of
from plugins.reports.variants.models import Schedule, Sending

KIND = "reports.send_due"
LOOK = timedelta(minutes=1)
FORMS = ("pdf", "xlsx")
KEPT = 12
MOST_RECIPIENTS = 50
EXPORT = "reports.export"
SENT, WAITS, REFUSED, FAILED = "sent", "kept", "refused", "failed"
_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def save_schedule(crm: CRM, user: User, values: Mapping[str, Any], schedule: Schedule | None = None) -> Schedule:
    """Returns the schedule, new or changed; raises InvalidInput by field.

    Raises NotAllowed for who may not export, and for somebody else's schedule.
    """
    if not user.can(EXPORT):
        raise NotAllowed(_("You may not take reports away as files, so you can't have them sent."))
    if schedule is not None and schedule.owner_id != user.id:
        # It is made with what its owner may see: another's recipients would read it.
        raise NotAllowed(_("Only %(name)s may change this schedule; you can delete it.", name=schedule.owner.name))
    variant = get_variant(user, values["variant"])
    row = schedule or Schedule(owner=user.id, created_at=crm.clock.now())
    row.variant, row.every, row.form = variant, values["every"], values["form"]
    row.on_day, row.at_hour = _checked_day(values["every"], values["on_day"]), values["at_hour"]
    row.recipients, row.is_active = read_addresses(values.get("recipients", "")), values.get("is_active", True)
    row.next_at = next_time(row.every, row.on_day, row.at_hour, crm.config.zone, crm.clock.now())
    with crm.work():
        row.save()
        write_history(crm, "reports_schedule", row.id, "saved", {"variant": [None, variant.name]})
    return row


def delete_schedule(crm: CRM, schedule: Schedule) -> None:
    """Deletes a schedule, with what it has sent and kept."""
    remove_files(crm, sendings_of(schedule))
    with crm.work():
        Sending.delete().where(Sending.schedule == schedule.id).execute()
        schedule.delete_instance()
        write_history(crm, "reports_schedule", schedule.id, "deleted", {})


def get_schedule(user: User, schedule_id: int) -> Schedule:
    """Returns a schedule of the user's own, or anybody's for who may share; raises NotFound."""
    found = next((one for one in schedules_of(user) if one.id == schedule_id), None)
    if found is None:
        raise NotFound(_("There is no such schedule of yours."))
    return found


def schedules_of(user: User) -> list[Schedule]:
    """Returns the user's schedules, all of them for who may share reports, by when they are due."""
    query = Schedule.select(Schedule, Variant, User).join(Variant).join_from(Schedule, User)
    if not user.can(SHARE):
        query = query.where(Schedule.owner == user.id)
    return list(query.order_by(Schedule.is_active.desc(), Schedule.next_at, Schedule.id))


def sendings_of(schedule: Schedule) -> list[Sending]:
    """Returns what came of a schedule, the newest first."""
    return list(Sending.select().where(Sending.schedule == schedule.id).order_by(Sending.id.desc()))


def newest_sendings(schedules: Sequence[Schedule]) -> dict[int, Sending]:
    """Returns the newest sending of each schedule, by one query."""
    newest = Sending.select(fn.MAX(Sending.id)).where(Sending.schedule.in_([one.id for one in schedules]))
    rows = Sending.select().where(Sending.id.in_(newest.group_by(Sending.schedule)))
    return {row.schedule_id: row for row in rows}


def file_of(crm: CRM, user: User, sending_id: int) -> tuple[Sending, Path]:
    """Returns a sending with its file; raises NotFound when it is gone or another's, NotAllowed without the right."""
    if not user.can(EXPORT):
        raise NotAllowed(_("You may not take reports away as files."))
    found = Sending.get_or_none(Sending.id == sending_id)
    # It was made with what its owner may see: nobody else gets it here.
    if found is None or get_schedule(user, found.schedule_id).owner_id != user.id or not path_of(crm, found).is_file():
        raise NotFound(_("There is no such file any more."))
    return found, path_of(crm, found)


def send_due(crm: CRM, _args: Mapping[str, Any], _progress: Any) -> None:
    """Sends what is due, each once however long the server was off; the job that runs every minute."""
    due = Schedule.select().where(Schedule.is_active, Schedule.next_at <= crm.clock.now()).order_by(Schedule.next_at)
    for schedule in list(due):
        with crm.work():
            # Moved on first: a file that ends its process must not be made again and again.
            schedule.next_at = next_time(
                schedule.every, schedule.on_day, schedule.at_hour, crm.config.zone, crm.clock.now()
            )
            schedule.save()
        send_now(crm, schedule)


def send_now(crm: CRM, schedule: Schedule) -> Sending:
    """Makes the report of a schedule, sends it, and returns what came of it."""
    owner = schedule.owner
    if not owner.is_active or not owner.can(EXPORT) or not is_seen(owner, schedule.variant):
        sentence = _("%(name)s may not take this report away any more, so it was sent to nobody.", name=owner.name)
        return _note(crm, schedule, REFUSED, sentence)
    try:
        with speaking(owner.language or crm.config.language):
            file = write(make_report(crm, owner, schedule.variant.report, pairs_of(schedule.variant)), schedule.form)
    except CRMError as error:
        return _note(crm, schedule, FAILED, error.message)
    sending = _note(crm, schedule, WAITS, "", file)
    state, note = _hand_over(crm, schedule, sending, file)
    with crm.work():
        sending.state, sending.note = state, note
        sending.save()
    return sending


def read_addresses(text: str) -> list[str]:
    """Returns the addresses of a text, each once; raises InvalidInput for one that is none."""
    found = list(dict.fromkeys(re.split(r"[\s,;]+", text.strip()))) if text.strip() else []
    strange = [one for one in found if not _ADDRESS.fullmatch(one)]
    if strange or len(found) > MOST_RECIPIENTS:
        sentence = (
            _("“%(one)s” is no address of e-mail.", one=strange[0])
            if strange
            else _("At most %(n)s addresses.", n=MOST_RECIPIENTS)
        )
        raise InvalidInput(sentence, fields={"recipients": [sentence]})
    return found


def _hand_over(crm: CRM, schedule: Schedule, sending: Sending, file: File) -> tuple[str, str]:
    channel = carrier(crm)
    if channel is None:
        return WAITS, _("No channel that carries files is on: the file is kept here.")
    if not schedule.recipients:
        return WAITS, _("Nobody is named to get it: the file is kept here.")
    extra = {"files": [{"name": file.name, "media_type": file.media_type, "path": str(path_of(crm, sending))}]}
    subject = f"{schedule.variant.name} · {crm.config.name}" if crm.config.name else schedule.variant.name
    outgoing = [
        Outgoing(_id_of(sending, place), address, "", subject, extra)
        for place, address in enumerate(schedule.recipients)
    ]
    try:
        answers = [answer for one in outgoing for answer in channel.send(crm, [one])]
    except CRMError as error:
        return FAILED, error.message
    failed = [(one.address, answer.reason) for one, answer in zip(outgoing, answers, strict=True) if _is_failed(answer)]
    if failed:
        return FAILED, "; ".join(f"{address}: {reason}" for address, reason in failed)
    return SENT, ", ".join(schedule.recipients)


def _id_of(sending: Sending, place: int) -> int:
    # One for each letter, and below zero, where no message of the core has its number.
    return -(sending.id * MOST_RECIPIENTS + place)


def _is_failed(answer: Sent) -> bool:
    return answer.state not in (SENT, "uncertain")


def carrier(crm: CRM) -> Channel | None:
    """Returns a channel to addresses of e-mail that carries files and is ready, or None."""
    ways = [one for one in crm.channels.values() if one.carries_files and one.address_kind == "email"]
    return next((one for one in ways if one.readiness is None or not one.readiness(crm)), None)


def _note(crm: CRM, schedule: Schedule, state: str, note: str, file: File | None = None) -> Sending:
    with crm.work():
        made = Sending.create(
            schedule=schedule.id, at=crm.clock.now(), state=state, note=str(note),
            file_name=file.name if file else "", size=len(file.content) if file else 0,
        )  # fmt: skip
        if file is not None:
            path = path_of(crm, made)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
    _forget_old(crm, schedule)
    return made


def _forget_old(crm: CRM, schedule: Schedule) -> None:
    """Forgets what is older than the last files: what made none pushes no file out."""
    found = sendings_of(schedule)
    kept = [one for one in found if one.file_name][:KEPT]
    old = [one for one in found if len(kept) == KEPT and one.id < kept[-1].id]
    remove_files(crm, old)
    with crm.work():
        Sending.delete().where(Sending.id.in_([one.id for one in old])).execute()


def _checked_day(every: str, on_day: int) -> int:
    if every not in EVERY:
        raise InvalidInput(_("Choose how often."), fields={"every": [_("Choose how often.")]})
    least, most = {WEEK: (0, 6), MONTH: (1, 31)}.get(every, (0, 31))
    if not least <= on_day <= most:
        sentence = _("Choose a day from %(least)s to %(most)s.", least=least, most=most)
        raise InvalidInput(sentence, fields={"on_day": [sentence]})
    return on_day
