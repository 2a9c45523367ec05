"""Tasks follow deals: made at a stage, held, handed over and ended with the deal."""

from datetime import UTC, datetime, timedelta

import pytest

from core.deals import services as deals
from core.process.services import complete, ensure_stage_tasks, stage_task_of
from core.stages.models import DealType
from core.stages.services import Step, create_deal_type, create_stage, find_stage, usable_reasons
from core.tasks.models import Task
from core.users.models import Role, Team
from core.users.people import change_user


@pytest.fixture
def owner(make):
    return make.user("seller", name="Olta")


@pytest.fixture
def process(crm):
    """Returns a factory of process types with three stages, the first as told."""

    def made(**first):
        stages = [find_stage(name) or create_stage(crm, name) for name in ("Interest", "Offer", "Payment")]
        steps = [Step(stages[0], **first), Step(stages[1]), Step(stages[2])]
        return create_deal_type(crm, f"Sale {DealType.select().count()}", mode="process", stages=steps)

    return made


def test_stage_makes_its_task_for_the_owner(make, owner, process):
    kind = process(task_title="Call", instructions="Be kind", checklist=("Name", "Budget"), limit_hours=4)
    deal = make.deal(deal_type=kind, owner=owner)
    task = stage_task_of(deal)
    assert (task.title, task.instructions, task.user_id, task.state) == ("Call", "Be kind", owner.id, "open")
    assert task.due_at == datetime(2026, 6, 15, 16, tzinfo=UTC)
    assert [one["text"] for one in task.checklist] == ["Name", "Budget"]


def test_task_without_a_title_is_called_as_its_stage(make, owner, process):
    assert stage_task_of(make.deal(deal_type=process(), owner=owner)).title == "Interest"


@pytest.mark.parametrize("mode", ["manual", "none"])
def test_only_a_process_makes_tasks(make, owner, mode):
    assert stage_task_of(make.deal(deal_type=make.deal_type(mode=mode), owner=owner)) is None


def test_head_of_the_owner_has_the_task(make, process):
    head = make.user("head")
    owner = make.user(team=make.team(head=head))
    assert stage_task_of(make.deal(deal_type=process(responsible="head"), owner=owner)).user_id == head.id


def test_head_above_has_what_a_head_may_not_do_himself(make, process):
    director = make.user("director")
    head = make.user("head")
    team = make.team(head=head, parent=make.team(head=director))
    head.team = team
    head.save()
    assert stage_task_of(make.deal(deal_type=process(responsible="head"), owner=head)).user_id == director.id


def test_role_has_the_task_until_somebody_takes_it(make, owner, process):
    agent = make.user("agent")
    role = Role.get(Role.key == "agent")
    task = stage_task_of(make.deal(deal_type=process(responsible="role", role=role), owner=owner))
    assert (task.user_id, task.role_id) == (None, agent.role_id)


def test_dismissed_person_is_replaced_by_the_owner_and_the_task_says_so(crm, make, owner, process):
    make.user("administrator", password="correct horse battery")
    gone = make.user(name="Gone")
    kind = process(responsible="user", user=gone)
    change_user(crm, gone, is_active=False)
    task = stage_task_of(make.deal(deal_type=kind, owner=owner))
    assert task.user_id == owner.id
    assert "Gone does not work here any more" in task.instructions


def test_task_of_nobody_says_so(make, process):
    task = stage_task_of(make.deal(deal_type=process()))
    assert task.user_id is None
    assert "The deal has no owner" in task.instructions


def test_move_back_cancels_one_task_and_makes_the_other(crm, make, owner, process):
    deal = make.deal(deal_type=process(), owner=owner)
    complete(crm, owner, stage_task_of(deal))
    deal = deals.get_deal(crm, owner, deal.id)
    deals.move(crm, deal, "Interest")
    titles = [(task.title, task.state) for task in Task.select().order_by(Task.id)]
    assert titles == [("Interest", "done"), ("Offer", "cancelled"), ("Interest", "open")]


def test_hold_holds_the_task_and_puts_its_deadline_off(crm, make, owner, process):
    deal = make.deal(deal_type=process(limit_hours=3), owner=owner)
    deals.hold(crm, deal, crm.today() + timedelta(days=5))
    assert stage_task_of(deal).state == "held"
    crm.clock.advance(days=1)
    deals.change_deal(crm, deal, {"potential": None})
    deals.resume(crm, deal)
    task = stage_task_of(deal)
    assert (task.state, task.due_at) == ("open", datetime(2026, 6, 16, 15, tzinfo=UTC))


def test_tasks_of_the_owner_go_along(crm, make, owner, process):
    other = make.user()
    deal = make.deal(deal_type=process(), owner=owner)
    mine = Task.create(title="Ask", deal=deal, user=owner, created_at=crm.clock.now(), changed_at=crm.clock.now())
    theirs = Task.create(title="Pack", deal=deal, user=other, created_at=crm.clock.now(), changed_at=crm.clock.now())
    third = make.user()
    deals.hand_over(crm, deal, third)
    assert stage_task_of(deal).user_id == third.id
    assert [Task.get_by_id(one.id).user_id for one in (mine, theirs)] == [third.id, other.id]


def test_task_follows_to_the_head_of_the_new_owner(crm, make, process):
    one, other = (make.user(team=make.team(head=make.user("head"))) for _ in range(2))
    deal = make.deal(deal_type=process(responsible="head"), owner=one)
    deals.hand_over(crm, deal, other)
    assert stage_task_of(deal).user_id == Team.get_by_id(other.team_id).head_id


@pytest.mark.parametrize("end", ["lose", "delete_deal"])
def test_end_of_the_deal_cancels_its_stage_task(crm, make, owner, process, end):
    deal = make.deal(deal_type=process(), owner=owner)
    task = stage_task_of(deal)
    getattr(deals, end)(crm, deal, *([usable_reasons()[0]] if end == "lose" else []))
    assert Task.get_by_id(task.id).state == "cancelled"
    assert stage_task_of(deal) is None


def test_restored_deal_has_its_task_again(crm, make, owner, process):
    deal = make.deal(deal_type=process(), owner=owner)
    deals.delete_deal(crm, deal)
    deals.restore_deal(crm, deal)
    assert stage_task_of(deal).title == "Interest"


def test_loss_is_worked_up_and_tried_again(crm, make, owner, process):
    deal = make.deal("Chairs", deal_type=process(), owner=owner)
    deals.lose(crm, deal, usable_reasons()[0], "They moved away")
    task = Task.get(Task.kind == "loss")
    assert (task.user_id, task.instructions) == (owner.id, "They moved away")
    complete(crm, owner, task, {"what_happened": "New office", "try_again_on": "2026-09-05"})
    again = Task.get(Task.kind == "", Task.deal == deal)
    assert (again.title, again.due_at) == ("Try again: Chairs", datetime(2026, 9, 7, 16, tzinfo=UTC))


def test_reopened_deal_needs_no_working_up(crm, make, owner, process):
    deal = make.deal(deal_type=process(), owner=owner)
    deals.lose(crm, deal, usable_reasons()[0], "A note")
    deals.reopen(crm, deal)
    assert Task.get(Task.kind == "loss").state == "cancelled"
    assert stage_task_of(deal).state == "open"


def test_manual_type_works_a_loss_up_only_if_somebody_is_named(crm, make, owner):
    kind = make.deal_type()
    deals.lose(crm, make.deal(deal_type=kind, owner=owner), usable_reasons()[0], "A note")
    assert Task.select().count() == 0
    DealType.update(loss_responsible="user", loss_user=owner).where(DealType.id == kind.id).execute()
    deals.lose(crm, make.deal(deal_type=DealType.get_by_id(kind.id)), usable_reasons()[0], "A note")
    assert Task.get().user_id == owner.id


def test_missing_tasks_are_made_and_strays_cancelled(crm, make, owner, process):
    kind = process(limit_days=1)
    kept, missing = (make.deal(deal_type=kind, owner=owner) for _ in range(2))
    closed = make.deal(deal_type=kind, owner=owner)
    Task.delete().where(Task.deal == missing).execute()
    type(closed).update(state="lost").where(type(closed).id == closed.id).execute()
    before = stage_task_of(kept).id
    assert ensure_stage_tasks(crm) == 1
    assert ensure_stage_tasks(crm, [kept.id, missing.id]) == 0
    assert stage_task_of(kept).id == before
    assert (stage_task_of(missing).user_id, stage_task_of(closed)) == (owner.id, None)
    assert stage_task_of(missing).due_at == stage_task_of(kept).due_at


def test_tasks_are_made_in_few_statements(crm, make, owner, process, queries):
    kind = process()
    for _ in range(20):
        make.deal(deal_type=kind, owner=owner)
    Task.delete().execute()
    with queries.at_most(14):
        assert ensure_stage_tasks(crm) == 20
