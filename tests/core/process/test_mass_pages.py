"""The pages and REST of work on many records: first what it will do, then how far it is, then the way back."""

import re

import pytest

from core.clients.properties import create_property
from core.deals.models import Deal
from core.process.mass import jobs
from core.stages.services import find_stage


@pytest.fixture
def director(make):
    return make.user("director")


@pytest.fixture
def seller(make):
    return make.user(name="Arta Hoxha")


def sent(seller, taker, **more):
    return {"giver": seller.id, "receivers": taker.id, "what": ["clients", "deals", "tasks"], "kind": "", **more}


def seen(text):
    return re.search(r'name="seen" value="(\w+)"', text)[1]


def test_a_hand_over_shows_what_it_means_before_anything_changes(crm, make, web, director, seller):
    deal, taker = make.deal(client=make.client("Kafe Mira", owner=seller), owner=seller), make.user(name="Besa")
    shown = web.sign_in(director).post("/mass/hand-over", sent(seller, taker)).get_data(as_text=True)
    assert "Kafe Mira" in shown
    assert "Hand 2 records over" in shown
    assert Deal.get_by_id(deal.id).owner_id == seller.id


def test_clients_are_chosen_by_a_property_of_the_company_s_own(crm, make, web, director, seller):
    create_property(crm, entity="client", name="Size", kind="choice", choices=["small", "large"])
    for size in ("small", "large"):
        make.client(f"Firm {size}", owner=seller, properties={"size": size})
    values = sent(seller, make.user(), property_size="large")
    shown = web.sign_in(director).post("/mass/hand-over", values).get_data(as_text=True)
    assert "Firm large" in shown
    assert "Firm small" not in shown


def test_a_hand_over_that_was_seen_is_done_and_can_be_taken_back(crm, make, web, director, seller):
    deal, taker = make.deal(client=make.client(owner=seller), owner=seller), make.user()
    mark = seen(web.sign_in(director).post("/mass/hand-over", sent(seller, taker)).get_data(as_text=True))
    begun = web.post("/mass/hand-over", sent(seller, taker, seen=mark))
    crm.jobs.run_waiting()
    assert "Done: 2 records changed." in web.text(begun.location)
    assert Deal.get_by_id(deal.id).owner_id == taker.id
    web.post(f"{begun.location}/undo")
    crm.jobs.run_waiting()
    assert Deal.get_by_id(deal.id).owner_id == seller.id
    assert "It is taken back." in web.text(begun.location)


def test_a_hand_over_is_shown_again_when_something_changed_meanwhile(crm, make, web, director, seller):
    make.client(owner=seller)
    taker = make.user()
    mark = seen(web.sign_in(director).post("/mass/hand-over", sent(seller, taker)).get_data(as_text=True))
    make.client(owner=seller)
    again = web.post("/mass/hand-over", sent(seller, taker, seen=mark))
    assert "Something has changed since you looked" in again.get_data(as_text=True)
    assert jobs.Job.select().where(jobs.Job.kind == jobs.GIVE).count() == 0


def test_chosen_deals_are_moved_from_their_list(crm, make, web, director):
    made = [make.deal(deal_type=make.deal_type("Repair")) for _ in range(1)]
    dialog = web.sign_in(director).post(
        "/deals/?all=1", {"action": "turn", "ids": made[0].id}, headers={"HX-Request": "true"}
    )
    assert dialog.headers["HX-Retarget"] == "#dialogs"
    values = {"ids": str(made[0].id), "do": "move", "stage": find_stage("Payment").id}
    mark = seen(web.post("/mass/deals", values).get_data(as_text=True))
    web.post("/mass/deals", {**values, "seen": mark})
    crm.jobs.run_waiting()
    assert Deal.get_by_id(made[0].id).stage.name == "Payment"


def test_what_stays_is_told_with_its_reason(make, web, director):
    deal = make.deal(deal_type=make.deal_type(mode="process"))
    values = {"ids": str(deal.id), "do": "win"}
    text = web.sign_in(director).post("/mass/deals", values).get_data(as_text=True)
    assert "It is led by a process: its tasks move it." in text
    assert 'name="seen"' not in text


@pytest.mark.parametrize("url", ["/mass/hand-over"])
def test_a_seller_is_refused(web, seller, url):
    assert web.sign_in(seller).get(url).status_code == 403


def test_a_change_of_many_is_seen_by_who_began_it_alone(crm, make, web, director, seller):
    deal = make.deal(owner=seller)
    values = {"ids": str(deal.id), "do": "win"}
    mark = seen(web.sign_in(director).post("/mass/deals", values).get_data(as_text=True))
    url = web.post("/mass/deals", {**values, "seen": mark}).location
    assert web.sign_in(make.user("director")).get(url).status_code == 404
