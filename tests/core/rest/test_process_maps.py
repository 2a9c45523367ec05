"""The pictures of the process over REST: the same numbers as on the pages, and no more than the user may see."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from core.deals import services
from core.deals.models import Deal


@pytest.fixture
def seller(make):
    return make.user("seller")


def test_route_tells_stops_ways_back_and_losses(crm, api, make):
    deal = make.deal()
    crm.clock.advance(days=2)
    services.move(crm, deal, "Offer")
    services.move(crm, deal, "Interest")
    services.lose(crm, deal, "Too expensive", "by far")
    found = api.get(f"/deals/{deal.id}/route").get_json()
    first = found["stops"][0]
    assert [(one["name"], one["look"]) for one in found["stops"]] == [
        ("Interest", "here"),
        ("Offer", "ahead"),
        ("Payment", "ahead"),
    ]
    assert (first["visits"], first["stay_s"]) == (2, 2 * 86_400)
    assert [(one["from_place"], one["to_place"], one["times"]) for one in found["returns"]] == [(1, 0, 1)]
    assert [(one["place"], one["note"], one["reopened_at"]) for one in found["exits"]] == [(0, "by far", None)]
    assert (found["state"], found["is_late"], found["late_at"]) == ("lost", False, None)


def test_late_deal_says_how_late_in_working_time(crm, api, make):
    deal = make.deal()
    Deal.update(late_at=crm.clock.now() - timedelta(days=7)).execute()
    found = api.get(f"/deals/{deal.id}/route").get_json()
    assert (found["is_late"], found["late_s"]) == (True, 5 * 86_400)


def test_deal_without_stages_has_no_stops(api, make):
    deal = make.deal(deal_type=make.deal_type(mode="none"))
    assert api.get(f"/deals/{deal.id}/route").get_json()["stops"] == []


def test_map_counts_what_stands_and_what_was_closed(crm, api, make):
    deal_type = make.deal_type()
    make.deal(deal_type=deal_type, potential=Decimal(40))
    services.lose(crm, make.deal(deal_type=deal_type), "Too expensive")
    found = api.get(f"/deal-types/{deal_type.id}/map").get_json()
    stage = found["stages"][0]
    assert (stage["count"], stage["potential"], stage["lost"], stage["drop_off"]) == (1, "40.00", 1, 1.0)
    assert (found["won"], found["lost"], found["learned_at"]) == (0, 1, None)
    assert api.get(f"/deal-types/{deal_type.id}/map?period=last_year").get_json()["lost"] == 0
    assert api.get(f"/deal-types/{deal_type.id}/map?period=never").status_code == 422
    assert api.get("/deal-types/999/map").status_code == 404


def test_hanging_deals_are_listed_filtered_and_paged(crm, api, make, seller):
    cheap = make.deal(potential=Decimal(10), owner=seller)
    dear = make.deal(potential=Decimal(90), owner=make.user())
    answer = api.get("/deals/hanging")
    assert [(one["deal"], one["reasons"]) for one in answer.get_json()] == [(dear.id, ["idle"]), (cheap.id, ["idle"])]
    assert json.loads(answer.headers["X-Pagination"])["total"] == 2
    assert [one["deal"] for one in api.get("/deals/hanging?page=2&page_size=1").get_json()] == [cheap.id]
    assert [one["deal"] for one in api.get(f"/deals/hanging?owner={seller.id}").get_json()] == [cheap.id]
    assert api.get("/deals/hanging?colour=red").status_code == 422


def test_each_manager_has_a_number(api, make, seller):
    make.deal(potential=Decimal(10), owner=seller)
    (found,) = api.get("/deals/hanging/managers").get_json()
    assert found == {
        "owner": seller.id,
        "count": 1,
        "potential_base": "10.00",
        "late": 0,
        "old": 0,
        "idle": 1,
        "on_hold": 0,
    }


def test_programs_see_no_more_than_their_user(program, make, seller):
    foreign = make.deal(owner=make.user())
    caller = program(seller)
    assert caller.get(f"/deals/{foreign.id}/route").status_code == 404
    assert caller.get("/deals/hanging").get_json() == []
    stage = caller.get(f"/deal-types/{foreign.deal_type_id}/map").get_json()["stages"][0]
    assert stage["count"] == 0
