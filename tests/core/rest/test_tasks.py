"""Tasks over REST: each verb, and what it refuses."""

from datetime import timedelta

import pytest

from core.tasks.models import Task
from core.tasks.orders import report
from core.tasks.services import create_task

VERBS = {
    "reopen": None,
    "cancel": None,
    "postpone": {"until": "2026-06-20T10:00:00Z"},
    "hand-over": {"user": 1},
    "report": {"note": "x"},
    "accept": None,
    "return": {"comment": "x"},
}


@pytest.fixture
def people(make):
    return make.user("seller", name="Ana Author"), make.user("seller", name="Dan Doer")


@pytest.fixture
def order(crm, people):
    return create_task(crm, title="Find the plans", user=people[1], author=people[0], is_controlled=True)


def test_task_is_made_with_checklist_and_control(api, make, boss):
    deal, doer = make.deal(), make.user("director")
    sent = {
        "title": "Prepare",
        "deal": deal.id,
        "user": doer.id,
        "is_controlled": True,
        "checklist": [{"text": "Slides"}, {"text": "Prices", "is_done": True}],
        "due_at": "2026-06-20T10:00:00+02:00",
    }
    made = api.post("/tasks", sent).get_json()
    assert (made["user"], made["author"], made["client"], made["state"]) == (doer.id, boss.id, deal.client_id, "open")
    assert made["is_controlled"] is True
    assert made["checklist"] == [{"text": "Slides", "is_done": False}, {"text": "Prices", "is_done": True}]
    assert made["due_at"] == "2026-06-20T08:00:00+00:00"
    assert api.get(f"/tasks/{made['id']}").get_json() == made


def test_task_for_who_cannot_see_the_deal_is_refused(api, make):
    deal, stranger = make.deal(owner=make.user()), make.user("seller", name="Sam Stranger")
    answer = api.post("/tasks", {"title": "Call", "deal": deal.id, "user": stranger.id})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["user"])
    assert "Sam Stranger can't see the deal" in answer.get_json()["message"]
    assert Task.select().count() == 0


def test_list_is_filtered(crm, program, make):
    me, other = make.user("director"), make.user("director")
    api, deal, now = program(me), make.deal(), crm.clock.now()
    create_task(crm, title="Mine late", user=me, due_at=now - timedelta(days=1), deal=deal)
    create_task(crm, title="Mine today", user=me, due_at=now + timedelta(hours=1), author=other)
    create_task(crm, title="Of another", user=other, author=me, client=deal.client)

    def titles(query):
        return [task["title"] for task in api.get(f"/tasks?{query}&sort=id").get_json()]

    assert titles("mine=true") == ["Mine late", "Mine today"]
    assert titles("mine=false") == ["Of another"]
    assert titles(f"user={other.id}") == ["Of another"]
    assert titles("user=me&due=late") == ["Mine late"]
    assert titles("due=today") == ["Mine today"]
    assert titles(f"deal={deal.id}") == ["Mine late"]
    assert titles(f"client={deal.client_id}") == ["Mine late", "Of another"]
    assert titles("author=me&state=open") == ["Of another"]
    assert titles("state=done") == []
    assert api.get("/tasks?due=whenever").status_code == 422


def test_facts_are_changed(api):
    task = api.post("/tasks", {"title": "Call"}).get_json()
    changed = api.patch(f"/tasks/{task['id']}", {"title": "Call back", "checklist": [{"text": "Number"}]}, '"1"')
    assert (changed.get_json()["title"], changed.get_json()["version"]) == ("Call back", 2)
    assert api.patch(f"/tasks/{task['id']}", {"state": "done"}, "*").status_code == 422
    assert api.patch(f"/tasks/{task['id']}", {"title": " "}, "*").status_code == 422
    assert api.patch(f"/tasks/{task['id']}", {"title": "Late"}, '"1"').status_code == 412


def test_order_goes_its_way(program, people, order):
    author, doer = (program(one) for one in people)
    path = f"/tasks/{order.id}"
    assert doer.post(f"{path}/report", {"note": "In the folder"}, '"1"').get_json()["state"] == "reported"
    assert doer.post(f"{path}/accept", seen="*").status_code == 403
    back = author.post(f"{path}/return", {"comment": "One is missing"}, "*").get_json()
    assert (back["state"], back["result"]["sent_back"]) == ("open", "One is missing")
    assert [one["body"] for one in doer.get(f"{path}/comments").get_json()] == ["One is missing"]
    doer.post(f"{path}/report", {"note": "All there"}, "*")
    done = author.post(f"{path}/accept", seen="*").get_json()
    assert (done["state"], done["done_at"] is None) == ("done", False)
    assert author.post(f"{path}/accept", seen="*").status_code == 422
    assert author.post(f"{path}/reopen", seen="*").get_json()["state"] == "open"


def test_task_is_postponed_handed_over_and_cancelled(program, make):
    me, other = make.user("director"), make.user("director")
    api = program(me)
    path = f"/tasks/{api.post('/tasks', {'title': 'Call'}).get_json()['id']}"
    assert api.post(f"{path}/postpone", {"until": "2026-06-15T11:59:00Z"}, "*").status_code == 422
    postponed = api.post(f"{path}/postpone", {"until": "2026-06-20T10:00:00Z"}, "*").get_json()
    assert postponed["due_at"] == "2026-06-20T10:00:00+00:00"
    assert api.post(f"{path}/hand-over", {"user": other.id}, "*").get_json()["user"] == other.id
    assert api.post(f"{path}/hand-over", {"user": 9999}, "*").status_code == 422
    assert api.post(f"{path}/cancel", seen="*").get_json()["state"] == "cancelled"
    assert api.post(f"{path}/cancel", seen="*").status_code == 422


def test_comment_is_added_and_listed(program, people, order):
    author, doer = (program(one) for one in people)
    made = doer.post(f"/tasks/{order.id}/comments", {"body": "Where?"})
    assert (made.status_code, made.get_json()["user"]) == (201, people[1].id)
    assert [one["body"] for one in author.get(f"/tasks/{order.id}/comments").get_json()] == ["Where?"]
    assert doer.post(f"/tasks/{order.id}/comments", {"body": ""}).status_code == 422


@pytest.mark.parametrize("verb", VERBS)
def test_stranger_finds_no_task(program, make, order, verb):
    stranger = program(make.user("seller"))
    assert stranger.get("/tasks").get_json() == []
    assert stranger.post(f"/tasks/{order.id}/{verb}", VERBS[verb], "*").status_code == 404
    assert stranger.patch(f"/tasks/{order.id}", {"title": "Mine"}, "*").status_code == 404
    assert stranger.post(f"/tasks/{order.id}/comments", {"body": "Mine"}).status_code == 404
    assert Task.get_by_id(order.id).version == 1


@pytest.mark.parametrize("verb", VERBS)
def test_reader_sees_and_does_nothing(crm, program, make, order, verb):
    Task.update(client=make.client().id).where(Task.id == order.id).execute()
    reader = program(make.user("reader"))
    assert [task["id"] for task in reader.get("/tasks").get_json()] == [order.id]
    assert reader.post(f"/tasks/{order.id}/{verb}", VERBS[verb], "*").status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_verb_without_if_match_is_refused(program, people, order, verb):
    assert program(people[0]).post(f"/tasks/{order.id}/{verb}", VERBS[verb]).status_code == 428


def test_report_of_a_stale_order_is_refused(crm, program, people, order):
    report(crm, Task.get_by_id(order.id), "Done by phone")
    assert program(people[1]).post(f"/tasks/{order.id}/report", {"note": "x"}, '"1"').status_code == 412
