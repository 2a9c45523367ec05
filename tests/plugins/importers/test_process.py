"""Deals that come into a process get the task of their stage; an undone import takes untouched tasks along."""

import pytest

from core.deals.models import Deal
from core.process.inspection import find_deals_out_of_step
from core.stages.services import create_deal_type
from core.tasks.models import Task
from core.tasks.services import tick
from plugins.importers.undo.batch import undo_batch

DEALS = (
    "number,client,type,stage,state,opened_at,closed_at\nD1,Hoxha,Sale,Offer,open,2026-01-01,\n"
    "D2,Ari,Sale,,won,2026-01-01,2026-02-01\n"
)
HISTORY = "deal,stage,entered_at,left_at,user\nD1,Talk,2026-01-01,2026-01-05,\nD1,Pay,2026-01-05,,\n"


@pytest.fixture
def batch(crm, importing):
    create_deal_type(crm, "Sale", mode="process", stages=("Talk", "Offer", "Pay"))
    return importing("deals", DEALS, create_missing=True)


def standing():
    return [(task.title, task.state) for task in Task.select().where(Task.kind == "stage").order_by(Task.id)]


def test_imported_deal_has_the_task_of_its_stage(crm, batch):
    assert standing() == [("Offer", "open")]
    assert find_deals_out_of_step(crm) == []


def test_imported_history_leads_the_task_along(crm, batch, importing):
    importing("stage-history", HISTORY)
    assert standing() == [("Offer", "cancelled"), ("Pay", "open")]
    assert find_deals_out_of_step(crm) == []


def test_undo_takes_untouched_tasks_along(crm, batch, importing):
    undo_batch(crm, importing("stage-history", HISTORY))
    assert find_deals_out_of_step(crm) == []
    assert undo_batch(crm, batch).kept == []
    assert (Task.select().count(), Deal.select().count()) == (0, 0)


def test_undo_keeps_a_deal_whose_task_somebody_worked_at(crm, batch):
    task = Task.get()
    Task.update(checklist=[{"text": "Call", "is_done": False}]).where(Task.id == task.id).execute()
    tick(crm, Task.get(), 0, is_done=True)
    assert [line["message"] for line in undo_batch(crm, batch).kept][:1] == ["D1 Hoxha: it has tasks"]
