"""Takes back what a job did to one record, unless somebody has changed it since."""

from collections.abc import Callable
from typing import Any

from core.clients.models import Client
from core.deals.models import Deal
from core.deals.services import change_deal, move, reopen
from core.errors import CRMError
from core.i18n import _
from core.mass import change_many
from core.runtime import CRM
from core.store.audit import Audit
from core.tasks.handing import give
from core.tasks.models import Task


def take_back(crm: CRM, row: Audit) -> str:
    """Puts back what a row of the history says was changed; returns why it stays, or an empty text."""
    doing = _DOINGS.get((row.entity, row.action))
    if doing is None:
        return ""  # what followed from another row of the same job goes back with that one
    try:
        with crm.work():
            return "" if doing(crm, row.entity_id, row.changes or {}) else _("It was changed since.")
    except CRMError as error:
        return str(error)


def _client(crm: CRM, client_id: int, changes: dict[str, Any]) -> bool:
    before, after = changes["owner_id"]
    if not Client.select().where(Client.id == client_id, Client.owner == after).exists():
        return False
    change_many(crm, "client", Client, [client_id], "owner", before)
    return True


def _owner_of_deal(crm: CRM, deal_id: int, changes: dict[str, Any]) -> bool:
    before, after = changes["owner"]
    deal = _deal(deal_id)
    if deal is None or deal.owner_id != after or not deal.is_open:
        return False
    change_deal(crm, deal, {"owner": before})
    return True


def _stage_of_deal(crm: CRM, deal_id: int, changes: dict[str, Any]) -> bool:
    before, after = changes["stage"]
    deal = _deal(deal_id)
    if deal is None or deal.stage_id != after or not deal.is_open:
        return False
    move(crm, deal, before)
    return True


def _closing_of_deal(crm: CRM, deal_id: int, changes: dict[str, Any]) -> bool:
    deal = _deal(deal_id)
    if deal is None or deal.state != changes["state"][1]:
        return False
    reopen(crm, deal, _("Closed by a change of many deals, which was taken back."))
    return True


def _task(crm: CRM, task_id: int, changes: dict[str, Any]) -> bool:
    before, after = changes["user"]
    task = Task.get_or_none(Task.id == task_id)
    if task is None or task.user_id not in (before, after):
        return False
    if task.user_id == after:
        give(crm, task, before)
    return True


def _deal(deal_id: int) -> Deal | None:
    return Deal.get_or_none(Deal.id == deal_id, Deal.deleted_at.is_null())


_DOINGS: dict[tuple[str, str], Callable[[CRM, int, dict[str, Any]], bool]] = {
    ("client", "changed"): _client,
    ("deal", "handed over"): _owner_of_deal,
    ("deal", "moved"): _stage_of_deal,
    ("deal", "won"): _closing_of_deal,
    ("deal", "lost"): _closing_of_deal,
    ("task", "handed over"): _task,
}
