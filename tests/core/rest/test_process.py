"""The process over REST: what the page does, with the same rights, guarded by If-Match."""

from io import BytesIO

import pytest

from core.deals.models import Deal
from core.interactions.files import store_file
from core.process.services import stage_task_of
from core.stages.results import ResultField
from core.stages.services import Step, create_deal_type, create_stage
from core.tasks.models import Task
from core.users.models import Role


@pytest.fixture
def owner(make):
    return make.user("seller")


@pytest.fixture
def deal(crm, make, owner):
    """Returns a deal whose first stage asks for a file and a yes, and takes a file as evidence."""
    fields = (ResultField("offer", "Offer", "file"), ResultField("sent", "Sent", "bool"))
    evidence = ({"kind": "file_added", "is_automatic": False},)
    steps = [
        Step(create_stage(crm, "Offers"), result=fields, evidence=evidence, checklist=("Checked",)),
        Step(create_stage(crm, "Deposit")),
    ]
    kind = create_deal_type(crm, "Big sale", mode="process", stages=steps)
    return make.deal(deal_type=kind, owner=owner, client=make.client(owner=owner))


@pytest.fixture
def stored(crm, owner, deal):
    return store_file(crm, owner, "deal", deal.id, "offer.pdf", BytesIO(b"%PDF-1.7"))


def mark(program, path):
    return program.get(path).headers["ETag"]


def test_task_is_done_with_its_result(program, owner, deal, stored):
    api, path = program(owner), f"/tasks/{stage_task_of(deal).id}"
    sent = {"result": {"offer": stored.id, "sent": True}, "checklist": [0]}
    done = api.post(f"{path}/complete", sent, seen=mark(api, path))
    assert (done.status_code, done.get_json()["state"]) == (200, "done")
    last = f"/tasks/{stage_task_of(Deal.get_by_id(deal.id)).id}"
    api.post(f"{last}/complete", {"amount": "90.50"}, seen=mark(api, last))
    won = api.get(f"/deals/{deal.id}").get_json()
    assert (won["state"], won["amount"]) == ("won", "90.50")


def test_wrong_result_is_named_by_field(program, owner, deal):
    api, path = program(owner), f"/tasks/{stage_task_of(deal).id}"
    refused = api.post(f"{path}/complete", {"result": {"offer": 99}, "checklist": [0]}, seen=mark(api, path))
    assert refused.status_code == 422
    assert set(refused.get_json()["errors"]) == {"offer", "sent"}


def test_stale_task_is_guarded(program, owner, deal):
    path = f"/tasks/{stage_task_of(deal).id}/complete"
    assert program(owner).post(path, {}).status_code == 428
    assert program(owner).post(path, {}, seen='"7"').status_code == 412


@pytest.mark.parametrize(("role", "status"), [("seller", 404), ("agent", 404), ("reader", 403)])
def test_stranger_does_nothing(program, make, deal, stored, role, status):
    api, task = program(make.user(role)), stage_task_of(deal)
    evidence = f"/tasks/{task.id}/evidence/1"
    for path in (f"/tasks/{task.id}/complete", f"{evidence}/accept", f"{evidence}/reject", f"/tasks/{task.id}/take"):
        assert api.post(path, {}, seen='"1"').status_code == status
    back = api.post(f"/deals/{deal.id}/send-back", {"stage": deal.stage_id, "note": "No"}, seen='"1"')
    assert back.status_code == status
    assert api.get(f"/deals/{deal.id}/evidence").status_code in (404, 200)


def test_evidence_is_listed_and_accepted(program, owner, deal, stored):
    api, path = program(owner), f"/tasks/{stage_task_of(deal).id}"
    (evidence,) = api.get(f"{path}/evidence").get_json()
    assert (evidence["title"], evidence["result"], evidence["state"]) == ("offer.pdf", {"offer": stored.id}, "proposed")
    accepted = api.post(f"{path}/evidence/{evidence['id']}/accept", seen=mark(api, path))
    assert (accepted.status_code, accepted.get_json()["result"]) == (200, {"offer": stored.id})
    assert api.get(f"/deals/{deal.id}/evidence").get_json()[0]["state"] == "accepted"


def test_deal_is_sent_back(program, owner, deal, stored):
    api, path = program(owner), f"/tasks/{stage_task_of(deal).id}"
    first = deal.stage_id
    sent = {"result": {"offer": stored.id, "sent": True}, "checklist": [0]}
    api.post(f"{path}/complete", sent, seen=mark(api, path))
    deal_path = f"/deals/{deal.id}"
    back = api.post(f"{deal_path}/send-back", {"stage": first, "note": "Wrong price"}, seen=mark(api, deal_path))
    assert (back.status_code, back.get_json()["stage"]) == (200, first)
    assert stage_task_of(Deal.get_by_id(deal.id)).instructions == "Wrong price"


def test_holder_of_the_role_takes_the_task(program, make, crm):
    director = make.user("director")
    steps = [Step(create_stage(crm, "Approval"), responsible="role", role=Role.get(Role.key == "director"))]
    kind = create_deal_type(crm, "Approved", mode="process", stages=steps)
    path = f"/tasks/{stage_task_of(make.deal(deal_type=kind, owner=make.user())).id}"
    api = program(director)
    assert api.post(f"{path}/take", seen=mark(api, path)).get_json()["user"] == director.id
    assert Task.get().user_id == director.id
