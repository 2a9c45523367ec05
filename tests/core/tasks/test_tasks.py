"""Tasks: made, done, opened again, and who sees them."""

from datetime import timedelta

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.tasks import services
from core.tasks.models import Task


def test_task_of_a_deal_is_one_of_its_client(crm, make):
    deal = make.deal()
    task = services.create_task(crm, title=" Call  them ", deal=deal)
    assert (task.title, task.client_id, task.state) == ("Call them", deal.client_id, "open")


def test_task_without_title_is_refused(crm):
    with pytest.raises(InvalidInput, match="needs a title"):
        services.create_task(crm, title="  ")


def test_task_is_done_and_opened_again(crm, make):
    task = services.create_task(crm, title="Call", user=make.user())
    crm.clock.advance(hours=1)
    services.complete(crm, task)
    kept = Task.get_by_id(task.id)
    assert (kept.state, kept.done_at, kept.version) == ("done", crm.clock.now(), 2)
    services.open_again(crm, task)
    assert (Task.get_by_id(task.id).state, Task.get_by_id(task.id).done_at) == ("open", None)


def test_task_is_done_once(crm):
    task = services.create_task(crm, title="Call")
    same = Task.get_by_id(task.id)
    services.complete(crm, task)
    with pytest.raises(Conflict, match="meanwhile"):
        services.complete(crm, same)


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
    task = services.create_task(crm, title="Call", deal=make.deal(owner=owner), user=doer, author=author)
    for person in (owner, doer, author, director):
        assert services.get_task(person, task.id) == task
    with pytest.raises(NotFound):
        services.get_task(other, task.id)


def test_task_of_a_client_is_seen_with_the_client(crm, make):
    owner, other = make.user("seller"), make.user("seller")
    task = services.create_task(crm, title="Call", client=make.client(owner=owner))
    assert list(services.visible_tasks(owner)) == [task]
    assert list(services.visible_tasks(other)) == []
