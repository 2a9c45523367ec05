"""The number in the bar of every page: what a user has to do today or is late with, and what waits for an answer."""

from collections.abc import Sequence
from datetime import timedelta

from core.hooks.contributions import LiveTopic
from core.i18n import format_number
from core.runtime import CRM
from core.store.fields import to_microseconds
from core.tasks.words import OPEN, REPORTED

KEY = "core.tasks"
MOST = 99
# Asked for every page: written once, since building it anew takes longer than the database needs.
NUMBERS = f"""
    SELECT t.user_id, count(*) FROM core_task t
    WHERE t.user_id IN (%users) AND t.state = '{OPEN}' AND t.due_at < ? AND {{is_there}} GROUP BY 1
    UNION ALL
    SELECT t.author_id, count(*) FROM core_task t
    WHERE t.author_id IN (%users) AND t.state = '{REPORTED}' AND {{is_there}} GROUP BY 1
""".format(
    is_there="NOT EXISTS (SELECT 1 FROM core_deal d WHERE d.id = t.deal_id AND d.deleted_at IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM core_client c WHERE c.id = t.client_id AND c.deleted_at IS NOT NULL)"
)


def waiting_numbers(crm: CRM, user_ids: Sequence[int]) -> dict[int, int]:
    """Returns, by user, how many tasks are due until the end of today and how many reports wait; by one query."""
    tomorrow = to_microseconds(crm.day_start(crm.today() + timedelta(days=1)))
    statement = NUMBERS.replace("%users", ", ".join("?" * len(user_ids))).replace("?", crm.database.param)
    numbers: dict[int, int] = {}
    for user_id, count in crm.database.execute_sql(statement, [*user_ids, tomorrow, *user_ids]) if user_ids else ():
        numbers[user_id] = numbers.get(user_id, 0) + count
    return numbers


def _texts(crm: CRM, user_ids: Sequence[int]) -> dict[int, str]:
    return {
        user_id: format_number(number) if number <= MOST else f"{MOST}+"
        for user_id, number in waiting_numbers(crm, user_ids).items()
    }


BADGE = LiveTopic(KEY, _texts)
