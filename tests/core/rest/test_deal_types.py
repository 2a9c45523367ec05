"""Deal types over REST: all that a stage asks for goes in and comes out in one shape."""

from core.stages import services

STEP = {
    "probability": 40,
    "limit_days": None,
    "limit_hours": 8,
    "responsible": "role:head",
    "task_title": "Send the offer",
    "instructions": "Three prices.",
    "checklist": ["Price list", "Warranty"],
    "result": [
        {"key": "sent_on", "label": "Sent on", "kind": "date", "is_required": True, "choices": []},
        {"key": "colour", "label": "Colour", "kind": "choice", "is_required": False, "choices": ["red", "blue"]},
    ],
    "evidence": [{"kind": "file_added", "is_automatic": True}],
    "is_mandatory": True,
}


def test_type_comes_out_as_it_went_in(api, make):
    seller, stage = make.user(), services.find_stage("Contract")
    sent = {"name": "Repair", "mode": "process", "loss_responsible": f"user:{seller.login}", "default_owner": seller.id}
    made = api.post("/deal-types", {**sent, "stages": [{"stage": stage.id, **STEP}]}).get_json()
    got = api.get(f"/deal-types/{made['id']}").get_json()
    assert {name: got[name] for name in sent} == sent
    assert got["stages"] == [{"stage": stage.id, "name": "Contract", "place": 0, **STEP}]


def test_published_stages_are_those_that_were_read(api, make):
    made = make.deal_type("Repair", mode="process", stages=("Contract", "Payment"))
    path = f"/deal-types/{made.id}"
    stages = api.get(path).get_json()["stages"]
    stages = [{name: value for name, value in one.items() if name not in ("name", "place")} for one in stages]
    stages[0] |= STEP
    read = api.get(path)
    assert api.post(f"{path}/publish", {"stages": stages}, read.headers["ETag"]).status_code == 200
    assert api.post(f"{path}/publish", {"stages": stages[:1]}, read.headers["ETag"]).status_code == 412
    assert [one["task_title"] for one in api.get(path).get_json()["stages"]] == ["Send the offer", ""]


def test_what_cannot_be_is_told_by_its_place(api, make):
    path = f"/deal-types/{make.deal_type('Repair').id}/publish"
    stages = [{"stage": services.find_stage(name).id} for name in ("Contract", "Payment")]
    for wrong, where in (
        ({"limit_days": 0}, "stages.1.limit_days"),
        ({"limit_days": 1, "limit_hours": 1}, "stages.1.limit_hours"),
        ({"responsible": "user:nobody"}, "stages.1.responsible"),
        ({"result": [{"label": "A", "kind": "choice"}]}, "stages.1.result.0.choices"),
    ):
        answer = api.post(path, {"stages": [stages[0], {**stages[1], **wrong}]}, "*")
        assert answer.status_code == 422
        assert where in answer.get_json()["errors"]


def test_stage_that_no_type_had_is_deleted(api):
    made = api.post("/stages", {"name": "Trial"}).get_json()
    assert api.delete(f"/stages/{made['id']}", "*").status_code == 204
    assert api.delete(f"/stages/{services.find_stage('Contract').id}", "*").status_code == 422
