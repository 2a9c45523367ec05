"""REST of work on many records: a dry run changes nothing, the work goes to the worker, its undo too."""

from core.deals.models import Deal
from core.stages.services import find_stage


def test_a_dry_run_tells_what_each_would_get(crm, make, api):
    seller, taker = make.user(), make.user()
    make.deal(client=make.client(owner=seller), owner=seller)
    values = {"giver": seller.id, "receivers": [taker.id], "dry_run": True}
    found = api.post("/mass/hand-over", values)
    assert (found.status_code, found.json["state"], found.json["changed"]) == (200, "planned", 2)
    assert [(one["user"], one["clients"], one["deals"]) for one in found.json["shares"]] == [(taker.id, 1, 1)]
    assert {deal.owner_id for deal in Deal.select()} == {seller.id}


def test_a_filter_of_lists_chooses_the_clients(make, api):
    seller, taker = make.user(), make.user()
    for city in ("Tirana", "Vlora"):
        make.client(owner=seller, city=city)
    only = [{"field": "city", "op": "equal", "value": "Vlora"}]
    values = {"giver": seller.id, "receivers": [taker.id], "conditions": only, "dry_run": True}
    assert api.post("/mass/hand-over", values).json["changed"] == 1
    refused = api.post("/mass/hand-over", {**values, "conditions": [{"field": "moon", "op": "equal", "value": 1}]})
    assert refused.status_code == 422


def test_work_is_done_and_taken_back_by_the_worker(crm, make, api):
    deal = make.deal()
    values = {"deals": [deal.id], "do": "move", "stage": find_stage("Offer").id}
    begun = api.post("/mass/deals", values)
    assert (begun.status_code, begun.json["state"]) == (202, "waiting")
    crm.jobs.run_waiting()
    assert api.get(f"/mass/{begun.json['id']}").json["changed"] == 1
    assert Deal.get_by_id(deal.id).place == 1
    undo = api.post(f"/mass/{begun.json['id']}/undo")
    crm.jobs.run_waiting()
    assert api.get(f"/mass/{undo.json['id']}").json["state"] == "done"
    assert Deal.get_by_id(deal.id).place == 0


def test_what_a_wish_lacks_is_named(make, api):
    refused = api.post("/mass/hand-over", {"giver": make.user().id})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["receivers"])


def test_a_seller_hands_nothing_over_by_rest(make, program):
    seller = make.user()
    values = {"giver": seller.id, "receivers": [make.user().id]}
    assert program(seller).post("/mass/hand-over", values).status_code == 403
