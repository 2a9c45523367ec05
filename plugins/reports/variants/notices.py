"""Tells the administrators, once, that a schedule is sent to nobody any more."""

from datetime import timedelta

from core.api import CRM, User, create_task, speaking
from core.api import gettext as _
from plugins.reports.variants.models import Schedule

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


def forget_told(schedule: Schedule) -> None:
    """Lets the administrators be told again when it comes to that again."""
    Schedule.update(told_at=None).where(Schedule.id == schedule.id, Schedule.told_at.is_null(False)).execute()


def _where(crm: CRM, schedule: Schedule) -> str:
    page = f"{crm.config.base_url.rstrip('/')}/reports/saved/schedules/{schedule.id}"
    return _("Give the right back, or delete the schedule and let somebody else make one: %(page)s", page=page)
