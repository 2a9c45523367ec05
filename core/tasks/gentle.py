"""Interactions first: a deal that a person opened without one asks for it later, by a task that ends by itself."""

from datetime import timedelta

from core.deals.models import Deal
from core.hooks.contributions import DealTurn
from core.i18n import _
from core.interactions.models import Interaction
from core.runtime import CRM
from core.store import audit
from core.tasks import rows
from core.tasks.models import Task
from core.tasks.words import CANCELLED, DONE, HELD, INTERACTION, OPEN
from core.worktime import add_working_time
from core.worktime_settings import calendar_of

# Imports, the sample and jobs open deals for whose beginning nobody can be asked.
PEOPLE = ("web", "api")
CLOSED = ("won", "lost", "deleted")
# A deal that is made from an interaction gets it right after it is opened: such a task was never really asked.
AT_ONCE = timedelta(seconds=10)


def follow(crm: CRM, turn: DealTurn) -> None:
    """Asks how a deal began that was just opened, and no longer when it is closed; inside the turn's transaction."""
    if turn.action == "opened":
        if crm.actor.source in PEOPLE and crm.settings.get("company")["asks_how_deals_began"]:
            _ask(crm, turn.deal)
    elif turn.action in CLOSED:
        for task in _asked(turn.deal.id):
            _end(crm, task, CANCELLED)


def answer(crm: CRM, interaction: Interaction) -> None:
    """Ends the question how a deal began, now that an interaction of it that took place is registered."""
    if interaction.deal_id is None or interaction.is_planned:
        return
    for task in _asked(interaction.deal_id):
        if crm.clock.now() - task.created_at <= AT_ONCE:
            task.delete_instance()
            audit.record(crm, "task", task.id, "deleted", {"title": [task.title, None]})
        else:
            _end(crm, task, DONE)


def _ask(crm: CRM, deal: Deal) -> None:
    now = crm.clock.now()
    task = Task.create(
        kind=INTERACTION,
        title=_("How did this deal begin?"),
        instructions=_("Register the call, letter or meeting from which it came. This task then ends by itself."),
        client=deal.client_id,
        deal=deal.id,
        user=deal.owner_id or crm.actor.user_id,
        due_at=add_working_time(calendar_of(crm), now, days=1),
        created_at=now,
        changed_at=now,
    )
    audit.record(crm, "task", task.id, "created", {"title": [None, task.title], "user": [None, task.user_id]})


def _asked(deal_id: int) -> list[Task]:
    return list(Task.select().where(Task.deal == deal_id, Task.kind == INTERACTION, Task.state.in_((OPEN, HELD))))


def _end(crm: CRM, task: Task, state: str) -> None:
    row = rows.take(crm, task, None)
    before, row.state = row.state, state
    if state == DONE:
        row.done_at, row.done_by_id = crm.clock.now(), crm.actor.user_id
    rows.save(crm, task, row, state, {"state": [before, state]})
