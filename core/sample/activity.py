"""What the sample company's people did and have to do: calls, meetings, letters, comments and tasks around deals."""

import random
from collections.abc import Sequence

from core.runtime import CRM
from core.sample import words
from core.sample.company import Company
from core.sample.deals import SampleDeal
from core.sample.seasons import DAY, Seasons
from core.store.bulk import insert_rows

COLUMNS = {
    "core_interaction": "kind direction client_id contact_id deal_id user_id subject body at duration_s is_planned "
    "created_at changed_at".split(),
    "core_task": "title instructions client_id deal_id user_id author_id due_at state done_at version created_at "
    "changed_at".split(),
}
KINDS = (("call", 55), ("letter", 25), ("meeting", 15), ("note", 5))
TASKS = 0.35
CALLED_BY_AGENT = 0.15
OVERDUE_DAYS = 3


def make_activity(crm: CRM, company: Company, deals: Sequence[SampleDeal], seasons: Seasons, *, per_deal: float) -> int:
    """Writes about `per_deal` interactions for each deal, tasks for open ones; returns how many interactions."""
    chance = seasons.chance
    rows: dict[str, list[tuple]] = {table: [] for table in COLUMNS}
    for deal in deals:
        for _ in range(int(per_deal * 2 * chance.random() + 0.5)):
            rows["core_interaction"].append(_interaction(deal, company, chance))
        if deal.is_open and chance.random() < TASKS:
            rows["core_task"].append(_task(deal, seasons))
    for table, found in rows.items():
        insert_rows(crm.database, table, COLUMNS[table], found)
    return len(rows["core_interaction"])


def _interaction(deal: SampleDeal, company: Company, chance: random.Random) -> tuple:
    kind = chance.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
    at = chance.randrange(deal.opened, max(deal.ended, deal.opened + 1))
    is_by_agent = kind == "call" and chance.random() < CALLED_BY_AGENT
    direction = {"call": "out" if is_by_agent or chance.random() < 0.7 else "in", "letter": "out"}.get(kind, "")
    duration = {"call": chance.randint(20, 900), "meeting": 60 * chance.randint(20, 120)}.get(kind)
    subject = str(chance.choice(words.SUBJECTS[kind]))
    user_id = company.people.agent_id if is_by_agent else deal.owner_id
    client = deal.client
    return kind, direction, client.id, client.contact_id, deal.id, user_id, subject, "", at, duration, False, at, at


def _task(deal: SampleDeal, seasons: Seasons) -> tuple:
    due = seasons.after(seasons.ends_at - OVERDUE_DAYS * DAY, seasons.chance.uniform(0, 14))
    made = max(deal.opened, seasons.ends_at - 10 * DAY)
    title = str(seasons.chance.choice(words.TASKS))
    return title, "", deal.client.id, deal.id, deal.owner_id, deal.owner_id, due, "open", None, 1, made, made
