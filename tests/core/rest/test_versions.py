"""Running deals are moved to the published version of their type over REST."""

from core.deals.models import Deal
from core.deals.services import move
from core.stages import services


def test_move_over_rest_tells_and_does_the_same(crm, api, program, make):
    made = make.deal_type("Repair", mode="process", stages=("Look", "Talk", "Offer"))
    make.deal("Stays", deal_type=made)
    move(crm, make.deal("Goes", deal_type=made), "Talk", is_task_done=True)
    services.publish(crm, made, ("Look", "Offer"))
    talk, offer = services.find_stage("Talk"), services.find_stage("Offer")
    path = f"/deal-types/{made.id}/running"
    fates = api.get(path).get_json()
    assert [(one["name"], one["is_left"], one["task"]) for one in fates] == [
        ("Look", True, "kept"),
        ("Talk", False, "replaced"),
    ]
    assert api.post(path, {"choices": [{"stage": talk.id, "target": talk.id}]}, "*").status_code == 422
    assert api.post(path, {"choices": [{"stage": talk.id, "target": offer.id}]}, "*").status_code == 200
    assert Deal.get(Deal.title == "Goes").stage_id == offer.id
    assert api.get(path).get_json() == []
    assert program(make.user("seller")).get(path).status_code == 403
