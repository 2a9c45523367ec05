"""Changes of many tasks at once, as their list makes them; each is checked and told like a single one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peewee import chunked

from core.i18n import ngettext
from core.runtime import CRM
from core.tasks.doers import NEXT_WEEK, TOMORROW, day_of, hand_over, postpone
from core.tasks.models import Task
from core.tasks.reading import visible_tasks
from core.tasks.words import HELD, OPEN
from core.users.access import require
from core.users.models import User
from core.users.services import get_user

# So many tasks are changed in one work: on SQLite others wait for their turn meanwhile.
AT_ONCE = 200


def change_tasks(crm: CRM, user: User, ids: Iterable[int], values: Mapping[str, Any]) -> int:
    """Returns how many open tasks it has given to the user of `values`; nobody's they can't become again.

    Raises InvalidInput, and changes nothing, for somebody who was dismissed or doesn't see what one is about.
    """
    require(user, "clients.write")
    if values["user"] is None:
        return 0
    doer, count = get_user(values["user"]), 0
    with crm.work():
        for task in _standing(user, ids, OPEN, HELD):
            if task.user_id != doer.id:
                hand_over(crm, user, task, doer)
                count += 1
    return count


def postpone_to_tomorrow(crm: CRM, user: User, ids: Iterable[int], form: Any) -> str:
    """Returns the sentence that says how many open tasks are due tomorrow now."""
    return _postpone(crm, user, ids, TOMORROW)


def postpone_to_next_week(crm: CRM, user: User, ids: Iterable[int], form: Any) -> str:
    """Returns the sentence that says how many open tasks are due next week now."""
    return _postpone(crm, user, ids, NEXT_WEEK)


def _postpone(crm: CRM, user: User, ids: Iterable[int], day: str) -> str:
    require(user, "clients.write")
    count = 0
    with crm.work():
        for task in _standing(user, ids, OPEN):
            postpone(crm, task, day_of(crm, task, day))
            count += 1
    return ngettext("One task is postponed.", "%(n)s tasks are postponed.", count)


def _standing(user: User, ids: Iterable[int], *states: str) -> Iterator[Task]:
    for some in chunked(ids, AT_ONCE):
        yield from list(visible_tasks(user).where(Task.id.in_(some), Task.state.in_(states)))
