"""Many tasks at once, from their list: handed over with an undo, postponed."""

import re
from datetime import timedelta

import pytest

from core.tasks.models import Task
from core.tasks.services import complete, create_task


@pytest.fixture
def head(make):
    return make.user("director", name="Hana Head")


@pytest.fixture
def seller(make):
    return make.user("seller", name="Sara Seller")


def test_many_are_handed_over_and_taken_back(crm, web, make, head, seller):
    tasks = [create_task(crm, title=f"Call {n}", user=head, author=head) for n in range(3)]
    done = complete(crm, create_task(crm, title="Done", user=head))
    ids = [task.id for task in (*tasks, done)]
    form = {"action": "edit", "field": "user", "value": seller.id, "ids": ids}
    answer = web.sign_in(head).post("/tasks/all?all=1", form)
    assert [task.user_id for task in Task.select().order_by(Task.id)] == [seller.id] * 3 + [head.id]
    token = re.search(r"done=(mass:\d+|mass%3A\d+)", answer.headers["Location"])[1].replace("%3A", ":")
    web.post("/tasks/all?all=1", {"action": "undo", "token": token})
    assert {task.user_id for task in Task.select()} == {head.id}


def test_many_with_one_that_the_doer_cannot_see_stay(crm, web, make, head, seller):
    mine, strange = create_task(crm, title="Mine", user=head), create_task(crm, title="Strange", client=make.client())
    form = {"action": "edit", "field": "user", "value": seller.id, "ids": [mine.id, strange.id]}
    answer = web.sign_in(head).post("/tasks/all?all=1", form)
    assert answer.status_code == 422
    assert "Sara Seller can" in answer.text
    assert Task.get_by_id(mine.id).user_id == head.id


def test_many_are_postponed(crm, web, head):
    due = crm.clock.now() - timedelta(days=3)
    ids = [create_task(crm, title="Call", user=head, due_at=due).id, create_task(crm, title="Write", user=head).id]
    web.sign_in(head).post("/tasks/all?all=1", {"action": "tomorrow", "ids": ids})
    found = [task.due_at.isoformat() for task in Task.select().order_by(Task.id)]
    assert found == ["2026-06-16T12:00:00+00:00", "2026-06-16T16:00:00+00:00"]
    web.post("/tasks/all?all=1", {"action": "week", "ids": ids[:1]})
    assert Task.get_by_id(ids[0]).due_at.isoformat() == "2026-06-22T12:00:00+00:00"


def test_reader_changes_none(crm, web, make):
    task = create_task(crm, title="Call", client=make.client())
    web.sign_in(make.user("reader"))
    for action in ("edit", "tomorrow", "week"):
        assert web.post("/tasks/all?all=1", {"action": action, "field": "user", "ids": [task.id]}).status_code == 403
    assert Task.get_by_id(task.id).version == 1


def test_tasks_have_no_segments(web, crm, head):
    create_task(crm, title="Call", user=head)
    page = web.sign_in(head).text("/tasks/all?all=1")
    assert "part=segment" not in page
