"""Interactions are registered from anywhere: about the page's client or one searched for; deals are made of them."""

from datetime import timedelta

import pytest

from core.clients.contacts import create_contact
from core.deals.models import Deal
from core.errors import InvalidInput
from core.interactions.models import Interaction
from core.interactions.services import get_interaction, hold, log_interaction, make_deal
from core.users.services import create_token

HTMX = {"HX-Request": "true"}


@pytest.fixture
def seller(make):
    return make.user(name="Ana Hoxha")


@pytest.fixture
def client(make, seller):
    return make.client("Kafe Mira", owner=seller, phones=["+355 69 123 4567"])


def opened_on(web, url):
    return web.get("/register", headers={**HTMX, "HX-Current-URL": f"http://localhost{url}"}).get_data(as_text=True)


def test_dialog_knows_the_client_of_the_page(web, client, seller):
    create_contact(web.app.extensions["hinka"], client, name="Mira Leka")
    text = opened_on(web.sign_in(seller), f"/clients/{client.id}?show=calls")
    assert "Kafe Mira" in text
    assert "Mira Leka" in text


def test_dialog_knows_the_deal_of_the_page_with_its_client(web, client, seller, make):
    deal = make.deal("New oven", client=client, owner=seller)
    text = opened_on(web.sign_in(seller), f"/deals/{deal.id}")
    assert f'<option value="{deal.id}" selected>New oven</option>' in text


@pytest.mark.parametrize("url", ["/deals/board", "/nowhere", "/clients/999999"])
def test_dialog_without_a_client_asks_for_one(web, client, seller, url):
    assert "data-register-search" in opened_on(web.sign_in(seller), url)


def test_dialog_says_nothing_of_a_client_whom_the_user_does_not_see(web, client, make):
    text = opened_on(web.sign_in(make.user()), f"/clients/{client.id}")
    assert "Kafe Mira" not in text


def test_client_is_found_by_part_of_name_or_phone_within_what_the_user_sees(web, client, seller, make):
    web.sign_in(seller)
    assert "Kafe Mira" in web.text("/register/clients?q=mira")
    assert "Kafe Mira" in web.text("/register/clients?q=691234567")
    assert "Make a new client" in web.text("/register/clients?q=zzz")
    assert "Kafe Mira" not in web.sign_in(make.user()).text("/register/clients?q=mira")


def test_ones_own_clients_of_late_are_offered(crm, web, client, seller, make):
    with crm.acting(seller.id, "web"):
        log_interaction(crm, client, kind="call")
    make.client("Never called", owner=seller)
    text = web.sign_in(seller).text("/register/clients")
    assert "Kafe Mira" in text
    assert "Never called" not in text


def test_call_is_noted_from_anywhere_and_the_page_is_told(crm, web, client, seller):
    values = {"kind": "call", "client": client.id, "body": "Wants two machines", "direction": "in", "state": "held"}
    answer = web.sign_in(seller).post("/register", values, headers=HTMX)
    assert answer.get_data(as_text=True) == ""
    assert "hinka:noted" in answer.headers["HX-Trigger"]
    made = Interaction.get()
    assert (made.client, made.user, made.at, made.is_planned) == (client, seller, crm.clock.now(), False)


def test_meeting_is_planned_for_its_time_and_not_without_one(crm, web, client, seller):
    web.sign_in(seller)
    values = {"kind": "meeting", "client": client.id, "state": "planned", "planned_at": ""}
    assert "When is it to take place?" in web.post("/register", values, headers=HTMX).get_data(as_text=True)
    assert Interaction.select().count() == 0
    web.post("/register", {**values, "planned_at": "2026-06-16T10:00", "at": ""}, headers=HTMX)
    made = Interaction.get()
    assert (made.is_planned, made.at.isoformat()) == (True, "2026-06-16T08:00:00+00:00")


def test_what_was_typed_stays_when_something_is_missing(web, client, seller):
    values = {"kind": "letter", "subject": "Prices", "state": "held", "at": ""}
    text = web.sign_in(seller).post("/register", values, headers=HTMX).get_data(as_text=True)
    assert 'value="Prices"' in text
    assert "Please fill this in." in text or "Missing" in text


def test_client_of_another_seller_is_refused_but_through_a_deal_that_is_seen(web, client, seller, make):
    colleague = make.user()
    deal = make.deal(client=client, owner=colleague)
    values = {"kind": "note", "body": "hm", "client": client.id, "state": "held"}
    assert web.sign_in(colleague).post("/register", values, headers=HTMX).status_code == 404
    web.post("/register", {**values, "deal": deal.id}, headers=HTMX)
    assert Interaction.get().deal_id == deal.id


def test_register_is_closed_to_readers(web, make):
    web.sign_in(make.user(role="reader"))
    assert {web.get(url).status_code for url in ("/register", "/register/clients", "/register/client")} == {403}
    assert web.post("/register", {"kind": "note"}).status_code == 403


def test_planned_interaction_is_held_with_what_came_of_it(crm, web, client, seller):
    later = crm.clock.now() + timedelta(days=1)
    planned = log_interaction(crm, client, kind="meeting", body="Bring samples", at=later, is_planned=True)
    text = web.sign_in(seller).post(f"/interactions/{planned.id}/held", {"result": "They want two"}, headers=HTMX)
    row = Interaction.get()
    assert "They want two" in text.get_data(as_text=True)
    assert (row.is_planned, row.at, row.body) == (False, crm.clock.now(), "Bring samples\n\nThey want two")


def test_holding_without_words_leaves_the_text(crm, client):
    planned = log_interaction(crm, client, kind="call", body="Ask for prices", is_planned=True)
    assert hold(crm, planned).body == "Ask for prices"


def test_deal_of_an_interaction_takes_client_contact_and_subject_along(crm, client, make):
    contact = create_contact(crm, client, name="Mira Leka")
    call = log_interaction(crm, client, kind="call", subject="Two machines", contact_id=contact.id)
    deal = make_deal(crm, call, deal_type=make.deal_type())
    assert (deal.title, deal.client_id, deal.contact_id) == ("Two machines", client.id, contact.id)
    assert Interaction.get().deal_id == deal.id


def test_interaction_makes_one_deal_only_and_nothing_when_the_deal_is_refused(crm, client, make):
    call = log_interaction(crm, client, kind="call", body="A long story\nwith details")
    with pytest.raises(InvalidInput):
        make_deal(crm, call, deal_type=make.deal_type(), currency="???")
    assert (Deal.select().count(), Interaction.get().deal_id) == (0, None)
    assert make_deal(crm, call, deal_type=make.deal_type()).title == "A long story"
    with pytest.raises(InvalidInput):
        make_deal(crm, Interaction.get(), deal_type=make.deal_type())


def test_of_two_who_make_a_deal_of_the_same_call_one_is_told(crm, client, make):
    log_interaction(crm, client, kind="call", subject="Two machines")
    mine, theirs = Interaction.get(), Interaction.get()
    deal = make_deal(crm, theirs, deal_type=make.deal_type())
    with pytest.raises(InvalidInput):
        make_deal(crm, mine, deal_type=make.deal_type())
    assert (Deal.select().count(), Interaction.get().deal_id) == (1, deal.id)


def test_form_of_the_deal_is_filled_in_from_the_interaction(crm, web, client, seller, make):
    make.deal_type()
    call = log_interaction(crm, client, kind="call", subject="Two machines")
    url = f"/deals/new?interaction={call.id}"
    assert 'value="Two machines"' in web.sign_in(seller).text(url)
    values = {"title": "Two machines", "client": client.id, "type": make.deal_type().id, "owner": seller.id}
    web.post(url, values)
    assert Interaction.get().deal == Deal.get()


def test_dialog_leads_on_to_the_deal(web, client, seller):
    values = {"kind": "call", "client": client.id, "state": "held", "and_deal": "yes", "subject": "Two machines"}
    answer = web.sign_in(seller).post("/register", values, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/deals/new?interaction={Interaction.get().id}"


def test_rest_holds_and_makes_a_deal(crm, web, client, seller, make):
    secret = create_token(crm, seller, "t")
    headers = {"Authorization": f"Bearer {secret}"}
    call = log_interaction(crm, client, kind="call", subject="Two machines", is_planned=True)
    url = f"/api/v1/interactions/{call.id}"
    mark = {"If-Match": web.client.get(url, headers=headers).headers["ETag"]}
    held = web.client.post(f"{url}/hold", json={"result": "yes"}, headers={**headers, **mark})
    assert (held.status_code, held.json["is_planned"], held.json["body"]) == (200, False, "yes")
    made = web.client.post(f"{url}/deal", json={"type": make.deal_type().id}, headers=headers)
    assert (made.status_code, made.json["title"]) == (201, "Two machines")
    assert get_interaction(crm, seller, call.id).deal_id == made.json["id"]
