"""“My tasks”: its parts, filters and pages, and what is done in a row."""

import re
from datetime import timedelta

import pytest

from core.fields import as_text
from core.tasks.mine import numbers
from core.tasks.models import Task
from core.tasks.orders import report
from core.tasks.services import create_task

ROW = {"HX-Request": "true"}


@pytest.fixture
def ana(make):
    return make.user("director", name="Ana Author")


@pytest.fixture
def dan(make):
    return make.user("seller", name="Dan Doer")


def due(crm, **later):
    return crm.clock.now() + timedelta(**later)


def titles(page):
    return re.findall(r'class="todo-title"[^>]*>([^<]+)</a>', page)


def test_tasks_stand_under_when_they_are_due(crm, web, dan):
    for title, at in (
        ("Undated", None),
        ("Next month", due(crm, days=30)),
        ("Thursday", due(crm, days=3)),
        ("Tonight", due(crm, hours=3)),
        ("Yesterday", due(crm, days=-1)),
    ):
        create_task(crm, title=title, user=dan, due_at=at)
    page = web.sign_in(dan).text("/tasks/")
    assert titles(page) == ["Yesterday", "Tonight", "Thursday", "Next month", "Undated"]
    order = [page.index(f'panel-title">{one}') for one in ("Overdue", "Today", "This week", "Later")]
    assert order == sorted(order)
    assert "one day late" in page
    assert "today, 17:00" in page
    assert "Thursday, 14:00" in page
    assert titles(web.text("/tasks/my/late")) == ["Yesterday"]
    assert titles(web.text("/tasks/my/today")) == ["Tonight"]
    assert titles(web.text("/tasks/my/week")) == ["Thursday"]
    assert titles(web.text("/tasks/my/later")) == ["Next month", "Undated"]
    assert numbers(crm, dan) == {"to-do": 5, "late": 1, "today": 1, "week": 1, "later": 2, "take": 0, "waiting": 0}


def test_what_was_given_to_others_is_waited_for_and_reports_come_first(crm, web, ana, dan):
    create_task(crm, title="Running", user=dan, author=ana, due_at=due(crm, hours=-1))
    order = create_task(crm, title="Told", user=dan, author=ana, is_controlled=True)
    report(crm, order, "It is in the folder")
    page = web.sign_in(ana).text("/tasks/my/waiting")
    assert titles(page) == ["Told", "Running"]
    assert "It is in the folder" in page
    assert page.count(f'action="/tasks/{order.id}/accept"') == 1
    assert titles(web.text("/tasks/")) == []
    assert titles(web.sign_in(dan).text("/tasks/my/done")) == ["Told"]
    assert "Waiting" in web.text("/tasks/my/waiting")
    assert titles(web.text("/tasks/my/waiting")) == []


def test_task_of_my_role_is_to_be_taken(crm, web, make, ana):
    task = create_task(crm, title="Check the contract", deal=make.deal())
    Task.update(role=ana.role_id, user=None).where(Task.id == task.id).execute()
    assert titles(web.sign_in(ana).text("/tasks/my/take")) == ["Check the contract"]
    answer = web.post(f"/tasks/{task.id}/take", {"at": "row", "version": task.version}, headers=ROW)
    assert f'hx-target="#task-{task.id}"' in answer.text
    assert titles(web.text("/tasks/")) == ["Check the contract"]
    assert titles(web.text("/tasks/my/take")) == []


def test_done_task_stays_in_its_row_and_is_opened_again(crm, web, dan):
    task = create_task(crm, title="Call back", user=dan)
    page = web.sign_in(dan).post(f"/tasks/{task.id}/done", {"at": "row", "version": 1}, headers=ROW)
    assert "todo-done" in page.text
    assert "hinka:task" in page.headers["HX-Trigger"]
    assert titles(web.text("/tasks/my/done")) == ["Call back"]
    web.post(f"/tasks/{task.id}/reopen", {"at": "row", "version": 2}, headers=ROW)
    assert Task.get_by_id(task.id).state == "open"


def test_stale_tab_does_nothing(crm, web, dan):
    task = create_task(crm, title="Call back", user=dan)
    web.sign_in(dan).post(f"/tasks/{task.id}/postpone", {"to": "tomorrow", "version": 1})
    answer = web.post(f"/tasks/{task.id}/done", {"version": 1})
    assert answer.status_code == 409
    assert Task.get_by_id(task.id).state == "open"


def test_task_is_postponed_by_one_press_or_to_a_day(crm, web, dan):
    task = create_task(crm, title="Call back", user=dan, due_at=due(crm, hours=-1))
    web.sign_in(dan).post(f"/tasks/{task.id}/postpone", {"to": "tomorrow", "at": "row"}, headers=ROW)
    assert Task.get_by_id(task.id).due_at == due(crm, hours=23)
    web.post(f"/tasks/{task.id}/postpone", {"to": "week"})
    assert Task.get_by_id(task.id).due_at == due(crm, days=7, hours=-1)
    assert 'name="until"' in web.get(f"/tasks/{task.id}/postpone", headers=ROW).text
    web.post(f"/tasks/{task.id}/postpone", {"until": "2026-07-01T10:00"})
    assert Task.get_by_id(task.id).due_at.isoformat() == "2026-07-01T08:00:00+00:00"
    refused = web.post(f"/tasks/{task.id}/postpone", {"until": "2026-01-01T10:00"}, headers=ROW)
    assert "still to come" in refused.text
    assert "<dialog" in refused.text
    assert web.post(f"/tasks/{task.id}/postpone", {"to": "never"}).status_code == 422


def test_task_is_handed_over_with_a_word(crm, web, ana, dan):
    task = create_task(crm, title="Call back", user=ana, author=ana)
    assert "Dan Doer" in web.sign_in(ana).get(f"/tasks/{task.id}/hand-over", headers=ROW).text
    answer = web.post(f"/tasks/{task.id}/hand-over", {"user": dan.id, "comment": "Yours", "at": "row"}, headers=ROW)
    assert "Dan Doer" in answer.text
    assert titles(web.sign_in(dan).text("/tasks/")) == ["Call back"]
    assert "Yours" in web.text(f"/tasks/{task.id}")


def test_row_of_a_task_that_one_sees_no_more_is_gone(crm, web, ana, dan):
    task = create_task(crm, title="Call back", user=dan)
    path = f"/tasks/{task.id}/hand-over"
    answer = web.sign_in(dan).post(path, {"user": ana.id, "comment": "Yours", "at": "row"}, headers=ROW)
    assert f'hx-target="#task-{task.id}" hx-swap="outerHTML"></hx-partial>' in answer.text
    assert "Yours" in web.sign_in(ana).text(f"/tasks/{task.id}")


def test_order_is_reported_sent_back_and_accepted_in_place(crm, web, ana, dan):
    task = create_task(crm, title="Find the plans", user=dan, author=ana, is_controlled=True)
    path = f"/tasks/{task.id}"
    assert "What came of it?" in web.sign_in(dan).get(f"{path}/do", headers=ROW).text
    assert "Please fill this in" in web.post(f"{path}/do", {"note": " ", "at": "row"}, headers=ROW).text
    web.post(f"{path}/do", {"note": "Half of them", "at": "row"}, headers=ROW)
    assert Task.get_by_id(task.id).state == "reported"
    assert web.post(f"{path}/accept", {}).status_code == 403
    web.sign_in(ana).post(f"{path}/return", {"comment": "And the others?", "at": "row"}, headers=ROW)
    assert "And the others?" in web.sign_in(dan).text("/tasks/")
    web.post(f"{path}/do", {"note": "All of them"})
    web.sign_in(ana).post(f"{path}/accept", {"at": "row"}, headers=ROW)
    assert Task.get_by_id(task.id).state == "done"


def test_checklist_is_ticked_off_before_the_task_is_done(crm, web, dan):
    task = create_task(crm, title="Prepare", user=dan, checklist=["Slides", "Prices"])
    refused = web.sign_in(dan).post(f"/tasks/{task.id}/do", {"point": "0", "at": "row"}, headers=ROW)
    assert "Still to be done: Prices" in refused.text
    web.post(f"/tasks/{task.id}/points/0", {"is_done": "yes"})
    assert Task.get_by_id(task.id).checklist[0]["is_done"]
    web.post(f"/tasks/{task.id}/do", {"point": ["0", "1"], "at": "row"}, headers=ROW)
    assert Task.get_by_id(task.id).state == "done"


def test_filters_and_search_narrow_every_part(crm, web, make, dan):
    deal = make.deal(owner=dan)
    create_task(crm, title="Call Mira", user=dan, deal=deal)
    create_task(crm, title="Write Mira", user=dan)
    page = web.sign_in(dan).text("/tasks/?q=call")
    assert titles(page) == ["Call Mira"]
    one = as_text({"field": "deal", "op": "equal", "value": deal.id})
    assert titles(web.get("/tasks/", query_string={"f": one}).text) == ["Call Mira"]
    assert "Filter by" in web.get("/tasks/?part=panel", headers=ROW).text
    assert titles(web.text("/tasks/?q=nothing")) == []
    assert web.get("/tasks/my/nowhere").status_code == 404


def test_numbers_of_parts_are_brought_anew(crm, web, dan):
    create_task(crm, title="Call", user=dan)
    part = web.sign_in(dan).text("/tasks/my/to-do/numbers?all=1")
    assert '<span class="tabs-count">1</span>' in part


def test_list_of_all_shows_what_one_sees(crm, web, make, ana, dan):
    create_task(crm, title="Of Dan", user=dan, client=make.client(owner=dan))
    create_task(crm, title="Of nobody", client=make.client())
    assert "Of Dan" in web.sign_in(ana).text("/tasks/all")
    page = web.sign_in(dan).text("/tasks/all")
    assert "Of Dan" in page
    assert "Of nobody" not in page
    assert "Dan Doer" in web.text("/tasks/all?g=user")


def test_thousands_of_tasks_page_well(crm, web, make, dan, queries):
    deal = make.deal(owner=dan)
    now = crm.clock.now()
    rows = [
        {"title": f"Task {n}", "user": dan.id, "deal": deal.id, "client": deal.client_id, "due_at": due(crm, minutes=n),
         "created_at": now, "changed_at": now}
        for n in range(2_000)
    ]  # fmt: skip
    for start in range(0, len(rows), 500):
        Task.insert_many(rows[start : start + 500]).execute()
    web.sign_in(dan)
    with queries.at_most(15):
        page = web.text("/tasks/?p=40")
    assert titles(page) == [f"Task {n}" for n in range(1950, 2000)]
    assert '<span class="tabs-count">2,000</span>' in page


def test_stranger_does_nothing_with_a_task(crm, web, make, dan):
    task = create_task(crm, title="Call", user=dan)
    web.sign_in(make.user("seller"))
    assert web.get(f"/tasks/{task.id}").status_code == 404
    for verb in (
        "done",
        "do",
        "reopen",
        "cancel",
        "take",
        "postpone",
        "hand-over",
        "comment",
        "accept",
        "return",
        "edit",
    ):
        assert web.post(f"/tasks/{task.id}/{verb}", {"to": "week"}).status_code == 404, verb
    assert Task.get_by_id(task.id).version == 1


def test_reader_sees_without_buttons(crm, web, make, dan):
    task = create_task(crm, title="Call", user=dan, client=make.client(owner=dan))
    web.sign_in(make.user("reader"))
    assert "/done" not in web.text(f"/tasks/{task.id}")
    assert web.post(f"/tasks/{task.id}/done").status_code == 403
