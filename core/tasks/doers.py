"""Who may be given a task: somebody who works here and sees what it is about. Hand-overs and postponing."""

from datetime import datetime, timedelta

from peewee import SQL

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _
from core.interactions.comments import add_comment
from core.runtime import CRM
from core.store.audit import Audit
from core.tasks import rows
from core.tasks.models import Task
from core.tasks.words import DAY_END, HELD, OPEN
from core.users.access import visible_to
from core.users.models import User

HANDED = ("handed over", "handed back")
TOMORROW, NEXT_WEEK = "tomorrow", "week"


def check_doer(user: User, deal: Deal | None, client: Client | None) -> None:
    """Raises InvalidInput for a user who was dismissed, or can't see the deal (or else the client) of a task."""
    if not user.is_active:
        raise _refused(_("%(name)s does not work here any more; choose somebody else.", name=user.name))
    if deal is not None and not _sees(user, Deal, deal.id):
        sentence = _(
            "%(name)s can't see the deal “%(title)s”; choose somebody who can.", name=user.name, title=deal.title
        )
        raise _refused(sentence)
    if deal is None and client is not None and not _sees(user, Client, client.id):
        sentence = _(
            "%(name)s can't see the client %(client)s; choose somebody who can.", name=user.name, client=client.name
        )
        raise _refused(sentence)


def hand_over(crm: CRM, user: User, task: Task, doer: User, *, comment: str = "", version: int | None = None) -> Task:
    """Returns the task, given to `doer` by `user`; a comment goes into the talk about it.

    The history tells when it goes back to somebody who had it before. Raises InvalidInput as `check_doer` does.
    """
    with crm.work():
        row = rows.take(crm, task, version, OPEN, HELD)
        if row.user_id == doer.id:
            return task
        check_doer(doer, row.deal, row.client)
        # Said first: who gives a task away may not see it any more.
        if comment.strip():
            add_comment(crm, user, "task", task.id, comment)
        before, row.user_id = row.user_id, doer.id
        action = "handed back" if _had_it(task, doer) else "handed over"
        return rows.save(crm, task, row, action, {"user": [before, doer.id]})


def postpone(crm: CRM, task: Task, until: datetime, *, version: int | None = None) -> Task:
    """Returns the task, now due at a moment that is still to come; raises InvalidInput for another one."""
    if until <= crm.clock.now():
        sentence = _("Postpone the task to a moment that is still to come.")
        raise InvalidInput(sentence, fields={"until": [sentence]})
    with crm.work():
        row = rows.take(crm, task, version, OPEN)
        before, row.due_at = row.due_at, until
        return rows.save(crm, task, row, "postponed", {"due_at": [before, until]})


def day_of(crm: CRM, task: Task, name: str) -> datetime:
    """Returns tomorrow or the next Monday, at the task's time of day, or at the end of work where it has none."""
    today = crm.today()
    days = {TOMORROW: 1, NEXT_WEEK: 7 - today.weekday()}
    if name not in days:
        raise InvalidInput(_("Choose tomorrow, next week or a day."))
    day = crm.day_start(today + timedelta(days=days[name]))
    if task.due_at is None:
        return day + DAY_END
    due = task.due_at.astimezone(crm.config.zone)
    return day + timedelta(hours=due.hour, minutes=due.minute)


def _sees(user: User, model: type[Deal] | type[Client], record_id: int) -> bool:
    seen = model.select(SQL("1")).where(
        model.id == record_id, model.deleted_at.is_null(), visible_to(user, model.owner)
    )
    return seen.exists()


def _had_it(task: Task, doer: User) -> bool:
    """Tells whether somebody has had the task before: the history says who gave it to whom."""
    past = Audit.select(Audit.changes).where(
        Audit.entity == "task", Audit.entity_id == task.id, Audit.action.in_(("created", "taken", *HANDED))
    )
    return any(doer.id in (changes or {}).get("user", ()) for (changes,) in past.tuples())


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, fields={"user": [sentence]})
