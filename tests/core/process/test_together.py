"""Many people do something to one task or deal at the same moment: one of them does it, the others are told clearly."""

import pytest

from core.deals import services as deals
from core.deals.inspection import find_wrong_deals
from core.deals.models import Deal, StageVisit
from core.process.inspection import find_deals_out_of_step
from core.process.services import complete, stage_task_of, take
from core.process.version_moves import move_to_version
from core.stages.services import Step, create_deal_type, create_stage, publish, usable_reasons
from core.tasks.models import Task
from core.users.models import Role
from tests.together import together

PEOPLE = 20


def assert_in_step(crm):
    assert find_wrong_deals(crm) == []
    assert find_deals_out_of_step(crm) == []


@pytest.fixture
def owner(make):
    return make.user("seller", name="Olta")


@pytest.fixture
def deal(make, owner):
    return make.deal(deal_type=make.deal_type(mode="process"), owner=owner)


def test_twenty_complete_one_task_and_nineteen_are_told_who_did(crm, owner, deal):
    seen = [stage_task_of(deal) for _ in range(PEOPLE)]
    told = together(crm, [lambda task=task: complete(crm, owner, task) for task in seen])
    assert told == ["", *["Olta has done this task already."] * (PEOPLE - 1)]
    assert StageVisit.select().where(StageVisit.deal == deal).count() == 2
    assert Task.select().where(Task.deal == deal).count() == 2
    assert_in_step(crm)


def test_completed_and_lost_at_once_is_one_of_them(crm, owner, deal):
    task, seen, reason = stage_task_of(deal), Deal.get_by_id(deal.id), usable_reasons()[0]
    told = together(crm, [lambda: complete(crm, owner, task), lambda: deals.lose(crm, seen, reason)])
    assert len([one for one in told if one == ""]) == 1
    row = Deal.get_by_id(deal.id)
    assert (row.state, row.place) in (("open", 1), ("lost", 0))
    assert_in_step(crm)


def test_held_and_completed_at_once_leaves_one_task(crm, owner, deal):
    task, seen = stage_task_of(deal), Deal.get_by_id(deal.id)
    day = crm.today().replace(year=2030)
    together(crm, [lambda: complete(crm, owner, task), lambda: deals.hold(crm, seen, day)])
    assert_in_step(crm)


def test_version_is_published_and_deals_moved_to_it_while_others_complete(crm, make, owner):
    kind = make.deal_type(mode="process")
    tasks = [stage_task_of(make.deal(deal_type=kind, owner=owner)) for _ in range(6)]

    def renew():
        publish(crm, kind, ("Interest", "Check", "Offer", "Payment"))
        move_to_version(crm, kind)

    together(crm, [renew, *(lambda task=task: complete(crm, owner, task) for task in tasks)])
    assert_in_step(crm)


def test_one_of_the_role_takes_the_task(crm, make, owner):
    agents = [make.user("agent") for _ in range(6)]
    steps = [Step(create_stage(crm, "Calls"), responsible="role", role=Role.get(Role.key == "agent"))]
    task = stage_task_of(make.deal(deal_type=create_deal_type(crm, "By phone", mode="process", stages=steps)))
    seen = [Task.get_by_id(task.id) for _ in agents]
    takes = [lambda one=one, user=user: take(crm, user, one) for one, user in zip(seen, agents, strict=True)]
    told = together(crm, takes)
    assert told.count("") == 1
    assert all("has taken this task already" in one for one in told[1:])
