"""The number in the bar of every page: what a user has to do today or is late with, and what waits for an answer."""

from collections.abc import Sequence
from datetime import timedelta

from peewee import fn

from core.hooks.contributions import LiveTopic
from core.i18n import format_number
from core.runtime import CRM
from core.tasks.models import Task
from core.tasks.reading import is_there
from core.tasks.words import OPEN, REPORTED

KEY = "core.tasks"
MOST = 99


def waiting_numbers(crm: CRM, user_ids: Sequence[int]) -> dict[int, int]:
    """Returns, by user, how many tasks are due until the end of today and how many reports wait; by one query."""
    tomorrow = crm.day_start(crm.today() + timedelta(days=1))
    due = Task.select(Task.user, fn.COUNT(Task.id)).where(
        Task.user.in_(user_ids), Task.state == OPEN, Task.due_at < tomorrow, is_there(Task)
    )
    reported = Task.select(Task.author, fn.COUNT(Task.id)).where(
        Task.author.in_(user_ids), Task.state == REPORTED, is_there(Task)
    )
    numbers: dict[int, int] = {}
    for user_id, count in (due.group_by(Task.user) + reported.group_by(Task.author)).tuples():
        numbers[user_id] = numbers.get(user_id, 0) + count
    return numbers


def _texts(crm: CRM, user_ids: Sequence[int]) -> dict[int, str]:
    return {
        user_id: format_number(number) if number <= MOST else f"{MOST}+"
        for user_id, number in waiting_numbers(crm, user_ids).items()
    }


BADGE = LiveTopic(KEY, _texts)
