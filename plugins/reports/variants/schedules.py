"""Schedules: which variant is sent when, in which form and to whom. How one is sent: `sending.py`."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from peewee import JOIN, Expression, ModelSelect, Value, fn

from core.api import CRM, InvalidInput, NotAllowed, NotFound, User, write_history
from core.api import gettext as _
from plugins.reports.models import Variant
from plugins.reports.variants.calendar import EVERY, MONTH, WEEK, next_time
from plugins.reports.variants.files import forget, path_of, path_of_letter
from plugins.reports.variants.keeping import SHARE, get_variant, is_seen
from plugins.reports.variants.models import Letter, Schedule, Sending
from plugins.reports.variants.recipients import check_teams, check_users, read_addresses
from plugins.reports.variants.rights import EXPORT
from plugins.reports.variants.states import PLANNED, REFUSED

FORMS = ("pdf", "xlsx")


def save_schedule(crm: CRM, user: User, values: Mapping[str, Any], schedule: Schedule | None = None) -> Schedule:
    """Returns the schedule, new or changed; raises InvalidInput by field.

    Raises NotAllowed for who may not export, and for somebody else's schedule.
    """
    if not user.can(EXPORT):
        raise NotAllowed(_("You may not take reports away as files, so you can't have them sent."))
    if schedule is not None and schedule.owner_id != user.id:
        # It is made with what its owner may see: another's recipients would read it.
        raise NotAllowed(_("Only %(name)s may change this schedule; you can delete it.", name=schedule.owner.name))
    variant = _checked_variant(user, values, schedule)
    row = schedule or Schedule(owner=user.id, created_at=crm.clock.now())
    row.variant, row.every, row.form = variant, values["every"], values["form"]
    row.on_day, row.at_hour = _checked_day(values["every"], values["on_day"]), values["at_hour"]
    row.recipients, row.is_active = read_addresses(values.get("recipients", "")), values.get("is_active", True)
    row.users, row.teams = check_users(values.get("users", ()), row.users), check_teams(values.get("teams", ()))
    row.told_at = None
    row.next_at = next_time(row.every, row.on_day, row.at_hour, crm.config.zone, crm.clock.now())
    with crm.work():
        row.save()
        write_history(crm, "reports_schedule", row.id, "saved", {"variant": [None, variant.name]})
    return row


def delete_schedule(crm: CRM, schedule: Schedule) -> None:
    """Deletes a schedule, with what it has sent and kept."""
    with crm.work():
        forget(crm, sendings_of(schedule))
        schedule.delete_instance()
        write_history(crm, "reports_schedule", schedule.id, "deleted", {})


def get_schedule(user: User, schedule_id: int) -> Schedule:
    """Returns a schedule of the user's own, or anybody's for who may share; raises NotFound."""
    found = _schedules(user).where(Schedule.id == schedule_id).first()
    if found is None:
        raise NotFound(_("There is no such schedule of yours."))
    return found


def schedules_of(user: User) -> list[Schedule]:
    """Returns the user's schedules, all of them for who may share reports, by when they are due."""
    return list(_schedules(user).order_by(Schedule.is_active.desc(), Schedule.next_at, Schedule.id))


def seen_by(user: User) -> Expression:
    """Returns the condition of the schedules that a user sees: own ones, all for who may share reports."""
    return Value(1) == 1 if user.can(SHARE) else Schedule.owner == user.id


def loss_of(schedule: Schedule) -> str:
    """Returns that a schedule's owner does not see its settings any more, or an empty text."""
    if is_seen(schedule.owner, schedule.variant):
        return ""
    return _(
        "The settings “%(name)s” are not shared with %(owner)s any more, so nothing is sent: switch the schedule"
        " off, or delete it.",
        name=schedule.variant.name,
        owner=schedule.owner.name,
    )


def facts_of(schedule: Schedule) -> dict[str, Any]:
    """Returns a schedule as `save_schedule` takes it."""
    names = ("every", "on_day", "at_hour", "form", "is_active", "users", "teams")
    facts = {name: getattr(schedule, name) for name in names}
    return {**facts, "variant": schedule.variant_id, "recipients": ", ".join(schedule.recipients)}


def sendings_of(schedule: Schedule) -> list[Sending]:
    """Returns what came of a schedule, the newest first."""
    return list(Sending.select().where(Sending.schedule == schedule.id).order_by(Sending.id.desc()))


def newest_sendings(schedules: Sequence[Schedule]) -> dict[int, Sending]:
    """Returns the newest sending of each schedule, by one query."""
    newest = Sending.select(fn.MAX(Sending.id)).where(Sending.schedule.in_([one.id for one in schedules]))
    rows = Sending.select().where(Sending.id.in_(newest.group_by(Sending.schedule)))
    return {row.schedule_id: row for row in rows}


def letters_of(sendings: Iterable[Sending]) -> dict[int, list[Letter]]:
    """Returns the letters of sendings with their readers, by the sending's id, by one query."""
    found: dict[int, list[Letter]] = {one.id: [] for one in sendings}
    query = Letter.select(Letter, User).join(User, JOIN.LEFT_OUTER).where(Letter.sending.in_(list(found)))
    for letter in query.order_by(Letter.id) if found else ():
        found[letter.sending_id].append(letter)
    return found


def letters_to(user: User, limit: int = 10) -> list[Letter]:
    """Returns the last reports that schedules of others brought this user, the newest first."""
    query = Letter.select(Letter, Sending, Schedule, Variant, User).join(Sending).join(Schedule).join(Variant)
    query = query.join_from(Schedule, User).where(Letter.user == user.id, Schedule.owner != user.id)
    query = query.where(Letter.state.not_in((PLANNED, REFUSED)))
    return list(query.order_by(Letter.id.desc()).limit(limit))


def file_of(crm: CRM, user: User, sending_id: int) -> tuple[str, Path]:
    """Returns the name and the place of the file that a sending made for this user.

    It was made with what one reader may see: its owner's goes to the owner alone, a recipient's to that recipient.
    Raises NotFound when it is gone or another's, NotAllowed without the right.
    """
    if not user.can(EXPORT):
        raise NotAllowed(_("You may not take reports away as files."))
    sending = Sending.select(Sending, Schedule).join(Schedule).where(Sending.id == sending_id).first()
    found = ("", Path())
    if sending is not None and sending.schedule.owner_id == user.id:
        found = sending.file_name, path_of(crm, sending)
    elif sending is not None:
        is_theirs = (Letter.user == user.id) & (Letter.state != REFUSED)
        letter = Letter.get_or_none(Letter.sending == sending.id, is_theirs)
        found = (letter.file_name, path_of_letter(crm, letter)) if letter else found
    if not found[0] or not found[1].is_file():
        raise NotFound(_("There is no such file any more."))
    return found


def _schedules(user: User) -> ModelSelect:
    return Schedule.select(Schedule, Variant, User).join(Variant).join_from(Schedule, User).where(seen_by(user))


def _checked_variant(user: User, values: Mapping[str, Any], schedule: Schedule | None) -> Variant:
    """Returns the settings that are to be sent; a schedule whose own are shared no more can be switched off."""
    if schedule is None or values["variant"] != schedule.variant_id:
        return get_variant(user, values["variant"])
    if values.get("is_active", True) and (loss := loss_of(schedule)):
        raise InvalidInput(loss, fields={"is_active": [loss]})
    return schedule.variant


def _checked_day(every: str, on_day: int) -> int:
    if every not in EVERY:
        raise InvalidInput(_("Choose how often."), fields={"every": [_("Choose how often.")]})
    least, most = {WEEK: (0, 6), MONTH: (1, 31)}.get(every, (0, 31))
    if not least <= on_day <= most:
        sentence = _("Choose a day from %(least)s to %(most)s.", least=least, most=most)
        raise InvalidInput(sentence, fields={"on_day": [sentence]})
    return on_day
