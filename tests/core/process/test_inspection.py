"""The doctor tells of deals whose tasks are out of step, each in a sentence."""

from datetime import date

import pytest

from core.deals.models import Deal
from core.instance.doctor import examine
from core.process.inspection import find_deals_out_of_step
from core.process.services import stage_task_of
from core.tasks.models import Task


@pytest.fixture
def deal(make):
    return make.deal(deal_type=make.deal_type(mode="process"), owner=make.user())


def test_deals_in_step_are_not_told_of(crm, make, deal):
    make.deal(deal_type=make.deal_type(mode="manual"))
    assert find_deals_out_of_step(crm) == []


@pytest.mark.parametrize(
    ("model", "change", "sentence"),
    [
        (Task, {"state": "cancelled"}, "no task stands for its stage"),
        (Deal, {"place": 1}, "a task stands for a stage where it isn't"),
        (Task, {"state": "held"}, "its task is held though the deal isn't"),
        (Deal, {"on_hold_until": date(2030, 1, 1)}, "its task is held though the deal isn't"),
        (Task, {"visit_id": 999}, "does not belong to its present stay"),
    ],
)
def test_each_way_to_be_out_of_step_is_told(crm, deal, model, change, sentence):
    assert stage_task_of(deal) is not None
    model.update(**change).execute()
    ((number, what),) = find_deals_out_of_step(crm)
    assert (number, sentence in what) == (deal.number, True)
    assert any(sentence in line for line in examine(crm))
