"""A message that came in asks somebody to answer it."""

from datetime import timedelta
from typing import Any

from core.i18n import _
from core.runtime import CRM
from core.tasks.models import Task
from core.tasks.services import create_task
from core.tasks.words import ANSWER

SOON = timedelta(hours=4)


def ask_to_answer(crm: CRM, message: Any) -> Task | None:
    """Makes a task for the owner of the message's deal or client and returns it.

    None is made for a message from an unknown address, for one that only withdrew consent (it has a reason), and while
    the owner has such a task of this client already.
    """
    if message.client is None or message.reason:
        return None
    deal = message.deal if message.deal and message.deal.owner_id else None
    owner = deal.owner if deal else message.client.owner
    if owner is None or not owner.is_active:
        return None
    mine = (Task.user == owner.id) & (Task.client == message.client_id) & (Task.kind == ANSWER)
    if Task.select().where(mine, Task.state == "open").exists():
        return None
    title = _("Answer %(name)s", name=message.client.name)
    return create_task(
        crm,
        title=title,
        instructions=message.body,
        user=owner,
        client=message.client,
        deal=deal,
        due_at=crm.clock.now() + SOON,
        kind=ANSWER,
    )
