"""Tasks: made, changed, done, opened again, cancelled, and who sees them."""

from datetime import timedelta

import pytest

from core.clients.services import delete_client
from core.deals.services import delete_deal
from core.errors import Conflict, InvalidInput, NotFound
from core.store.audit import history
from core.tasks import services
from core.tasks.models import Task
from core.tasks.reading import tasks_of_client


def test_task_of_a_deal_is_one_of_its_client(crm, make):
    deal = make.deal()
    task = services.create_task(crm, title=" Call  them ", deal=deal)
    assert (task.title, task.client_id, task.state) == ("Call them", deal.client_id, "open")


def test_task_without_title_is_refused(crm):
    with pytest.raises(InvalidInput, match="needs a title"):
        services.create_task(crm, title="  ")


def test_task_is_done_and_opened_again(crm, make):
    user = make.user()
    task = services.create_task(crm, title="Call", user=user)
    crm.clock.advance(hours=1)
    with crm.acting(user.id, "web"):
        services.complete(crm, task, note="They want it")
    kept = Task.get_by_id(task.id)
    assert (kept.state, kept.done_at, kept.version, kept.done_by_id) == ("done", crm.clock.now(), 2, user.id)
    assert kept.result == {"note": "They want it"}
    services.open_again(crm, task)
    kept = Task.get_by_id(task.id)
    assert (kept.state, kept.done_at, kept.done_by_id) == ("open", None, None)
    assert [one.action for one in history("task", task.id)] == ["reopened", "done", "created"]


def test_task_is_done_once(crm):
    task = services.create_task(crm, title="Call")
    same = Task.get_by_id(task.id)
    services.complete(crm, task)
    with pytest.raises(Conflict, match="meanwhile"):
        services.complete(crm, same)
    with pytest.raises(InvalidInput, match="“Done”"):
        services.complete(crm, task)


def test_cancelled_task_is_nobodys_any_more(crm, make):
    task = services.create_task(crm, title="Call", user=make.user())
    services.cancel(crm, task)
    assert Task.get_by_id(task.id).state == "cancelled"
    with pytest.raises(InvalidInput, match="Cancelled"):
        services.cancel(crm, task)


def test_task_of_a_stage_ends_with_its_stage(crm, make):
    task = services.create_task(crm, title="Qualify", deal=make.deal(), kind="stage")
    with pytest.raises(InvalidInput, match="ends with its stage"):
        services.cancel(crm, task)
    with pytest.raises(InvalidInput, match="only its deadline"):
        services.change_task(crm, task, {"title": "Other"})
    services.change_task(crm, task, {"due_at": crm.clock.now()})
    services.complete(crm, task)
    with pytest.raises(InvalidInput, match="sending its deal back"):
        services.open_again(crm, task)


def test_change_keeps_the_ticks_of_points_that_stay(crm, make):
    task = services.create_task(crm, title="Prepare", checklist=["Slides", "Prices", " ", "Slides"])
    services.tick(crm, task, 1, is_done=True)
    services.change_task(crm, task, {"checklist": ["Room", "Prices"], "title": "Prepare all", "instructions": " x "})
    kept = Task.get_by_id(task.id)
    assert kept.checklist == [{"text": "Room", "is_done": False}, {"text": "Prices", "is_done": True}]
    assert (kept.title, kept.instructions, kept.version) == ("Prepare all", "x", 3)
    assert services.change_task(crm, task, {"title": "Prepare all"}).version == 3


def test_point_that_is_not_there_is_refused(crm):
    task = services.create_task(crm, title="Prepare", checklist=["Slides"])
    with pytest.raises(InvalidInput, match="no such point"):
        services.tick(crm, task, 1, is_done=True)
    services.tick(crm, task, 0, is_done=True)
    assert services.tick(crm, task, 0, is_done=False).checklist == [{"text": "Slides", "is_done": False}]


def test_checklist_has_an_end(crm):
    with pytest.raises(InvalidInput, match="at most 50 points"):
        services.create_task(crm, title="Prepare", checklist=map(str, range(51)))


def test_unknown_field_is_refused(crm):
    task = services.create_task(crm, title="Call")
    with pytest.raises(InvalidInput, match="“state”"):
        services.change_task(crm, task, {"state": "done"})


def test_tasks_of_a_deal_come_open_first_and_soonest_first(crm, make):
    deal = make.deal()
    now = crm.clock.now()
    done = services.complete(crm, services.create_task(crm, title="Done", deal=deal, due_at=now))
    late = services.create_task(crm, title="Later", deal=deal, due_at=now + timedelta(days=2))
    undated = services.create_task(crm, title="Some day", deal=deal)
    soon = services.create_task(crm, title="Soon", deal=deal, due_at=now + timedelta(days=1))
    assert list(services.tasks_of(deal)) == [soon, late, undated, done]


def test_task_is_seen_by_whom_it_concerns_and_by_who_sees_its_deal(crm, make):
    owner, doer, author, other, director = (*(make.user("seller") for _ in range(4)), make.user("director"))
    task = services.create_task(crm, title="Call", deal=make.deal(owner=owner), user=owner, author=author)
    Task.update(user=doer.id).where(Task.id == task.id).execute()  # a stage may name somebody who sees no more than it
    for person in (owner, doer, author, director):
        assert services.get_task(person, task.id) == task
    with pytest.raises(NotFound):
        services.get_task(other, task.id)


def test_task_of_a_client_is_seen_with_the_client(crm, make):
    owner, other = make.user("seller"), make.user("seller")
    client = make.client(owner=owner)
    task = services.create_task(crm, title="Call", client=client)
    assert list(services.visible_tasks(owner)) == [task]
    assert list(services.visible_tasks(other)) == []
    assert tasks_of_client(owner, client) == [task]


def test_task_of_a_role_is_seen_by_all_its_holders_until_one_takes_it(crm, make):
    seller, far, agent = make.user("seller"), make.user("seller"), make.user("agent")
    task = services.create_task(crm, title="Check", deal=make.deal(owner=make.user("seller")))
    Task.update(role=seller.role_id).where(Task.id == task.id).execute()
    seen = [list(services.visible_tasks(one)) for one in (seller, far, agent)]
    assert seen == [[task], [task], []]
    Task.update(user=far.id).where(Task.id == task.id).execute()
    assert list(services.visible_tasks(seller)) == []
    assert list(services.visible_tasks(far)) == [task]


def test_task_of_what_lies_in_the_trash_is_not_there(crm, make):
    user = make.user()
    deal, client = make.deal(owner=user), make.client(owner=user)
    services.create_task(crm, title="Of the deal", deal=deal, user=user)
    services.create_task(crm, title="Of the client", client=client, user=user)
    delete_deal(crm, deal)
    assert [task.title for task in services.visible_tasks(user)] == ["Of the client"]
    delete_client(crm, client)
    assert list(services.visible_tasks(user)) == []
