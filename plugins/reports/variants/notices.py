"""Tells, once, the administrators that a schedule is sent to nobody any more, and its owner that not all got it."""

from datetime import timedelta

from core.api import CRM, User, create_task, speaking
from core.api import gettext as _
from plugins.reports.variants.models import Schedule
from plugins.reports.variants.rights import EXPORT

ADMINISTER = "admin.users"
SOON = timedelta(days=1)


def tell_administrators(crm: CRM, schedule: Schedule, sentence: str) -> None:
    """Gives each administrator a task to look after the schedule, unless they were told since it was last sent."""
    with crm.work():
        # Who changes the mark tells: of two workers one.
        is_first = Schedule.update(told_at=crm.clock.now()).where(
            Schedule.id == schedule.id, Schedule.told_at.is_null()
        )
        if not is_first.execute():
            return
        for user in [one for one in User.select().where(User.is_active) if one.can(ADMINISTER)]:
            with speaking(user.language or crm.config.language):
                create_task(
                    crm,
                    title=_("The report “%(name)s” is sent to nobody", name=schedule.variant.name),
                    instructions=f"{sentence} {_where(crm, schedule)}",
                    user=user,
                    due_at=crm.clock.now() + SOON,
                )


def tell_owner(crm: CRM, schedule: Schedule, note: str) -> None:
    """Gives a schedule's owner a task to see why it did not reach everybody, unless told since it last did."""
    if not schedule.owner.can(EXPORT):
        return
    with crm.work():
        is_first = Schedule.update(owner_told_at=crm.clock.now()).where(
            Schedule.id == schedule.id, Schedule.owner_told_at.is_null()
        )
        if is_first.execute():
            create_task(
                crm,
                title=_("The report “%(name)s” did not reach everybody", name=schedule.variant.name),
                instructions=f"{note}\n{_page(crm, schedule)}",
                user=schedule.owner,
                due_at=crm.clock.now() + SOON,
            )


def forget_owner_told(schedule: Schedule) -> None:
    """Lets the owner be told again when it comes to that again."""
    was_told = Schedule.owner_told_at.is_null(False)
    Schedule.update(owner_told_at=None).where(Schedule.id == schedule.id, was_told).execute()


def forget_told(schedule: Schedule) -> None:
    """Lets the administrators be told again when it comes to that again."""
    Schedule.update(told_at=None).where(Schedule.id == schedule.id, Schedule.told_at.is_null(False)).execute()


def _where(crm: CRM, schedule: Schedule) -> str:
    page = _page(crm, schedule)
    return _("Give the right back, or delete the schedule and let somebody else make one: %(page)s", page=page)


def _page(crm: CRM, schedule: Schedule) -> str:
    return f"{crm.config.base_url.rstrip('/')}/reports/saved/schedules/{schedule.id}"
