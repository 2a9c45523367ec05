"""Demand on pages and over REST: a new deal begins with it, the card changes it, dialogs ask how it was answered."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest

from core.deals.demand import Wish, lines_of
from core.deals.models import Deal
from core.process.services import complete, stage_task_of
from core.stages.models import LossReason
from core.users.services import create_token

HTMX = {"HX-Request": "true"}
LINE = {
    "demand.id": "",
    "demand.what": "Oven",
    "demand.quantity": "2",
    "demand.price": "1.250,50",
    "demand.wanted_on": "",
}


@pytest.fixture
def strict(make):
    deal_type = make.deal_type("With demand")
    deal_type.registers_demand = True
    deal_type.save()
    return deal_type


@pytest.fixture
def seller(make):
    return make.user(name="Ana Hoxha")


@pytest.fixture
def client(make, seller):
    return make.client("Kafe Mira", owner=seller)


@pytest.fixture
def deal(make, strict, client, seller):
    return make.deal("Kitchen", deal_type=strict, client=client, owner=seller, potential=None, wishes=[Wish("Oven")])


def opening(client, deal_type, seller, **lines):
    return {"title": "Kitchen", "client": client.id, "type": deal_type.id, "owner": seller.id, **lines}


def test_new_deal_begins_with_its_demand(web, client, strict, seller):
    text = web.sign_in(seller).text(f"/deals/new?client={client.id}&type={strict.id}")
    assert text.index('name="demand.what"') < text.index('name="title"')
    answer = web.post("/deals/new", opening(client, strict, seller))
    assert "Write down first what the client wants" in answer.get_data(as_text=True)
    web.post("/deals/new", opening(client, strict, seller, **LINE))
    assert Deal.get().potential == Decimal(2501)


def test_line_that_needs_a_correction_keeps_all_that_was_typed(web, client, strict, seller):
    values = opening(client, strict, seller, **{**LINE, "demand.quantity": "two"})
    text = web.sign_in(seller).post("/deals/new", values).get_data(as_text=True)
    assert "One line needs a correction." in text
    assert all(f'value="{typed}"' in text for typed in ("Kitchen", "Oven", "two"))
    assert Deal.select().count() == 0


def test_rows_follow_the_chosen_type(web, make, strict, seller):
    web.sign_in(seller)
    assert "<details" in web.text(f"/deals/new/demand?type={make.deal_type().id}")
    text = web.text(f"/deals/new/demand?{urlencode({**LINE, 'type': strict.id})}")
    assert "<details" not in text
    assert 'value="Oven"' in text


def test_card_shows_the_lines_and_changes_them(web, deal, seller):
    web.sign_in(seller)
    assert "What the client wants" in web.text(f"/deals/{deal.id}")
    line = lines_of(deal)[0]
    edit = f"/deals/{deal.id}/demand/edit"
    assert 'value="Oven"' in web.text(edit)
    web.post(edit, {**LINE, "demand.id": line.id, "version": deal.version})
    assert (lines_of(deal)[0].id, lines_of(deal)[0].price) == (line.id, Decimal("1250.5"))
    text = web.post(edit, {"version": deal.version + 1}).get_data(as_text=True)
    assert "at least one line" in text


def test_dialogs_of_the_end_ask_for_each_line(web, deal, seller):
    line = lines_of(deal)[0]
    web.sign_in(seller)
    lose, win = f"/deals/{deal.id}/lose", f"/deals/{deal.id}/win"
    assert f"demand.{line.id}.reason" in web.text(win)
    answered = {f"demand.{line.id}.is_satisfied": "no", f"demand.{line.id}.reason": "", "version": deal.version}
    answered["reason"] = LossReason.get(needs_note=False).id
    assert "Write the reason" in web.post(lose, answered, headers=HTMX).get_data(as_text=True)
    web.post(lose, {**answered, f"demand.{line.id}.reason": "Too dear"}, headers=HTMX)
    assert Deal.get().state == "lost"
    assert lines_of(deal)[0].reason == "Too dear"
    assert "Too dear" in web.text(f"/deals/{deal.id}")


def test_lines_are_answered_before_the_end(web, deal, seller):
    line = lines_of(deal)[0]
    url = f"/deals/{deal.id}/demand/answer"
    assert "Oven" in web.sign_in(seller).text(url)
    web.post(url, {f"demand.{line.id}.is_satisfied": "yes", f"demand.{line.id}.reason": "", "version": deal.version})
    assert lines_of(deal)[0].is_satisfied is True


def test_demand_is_closed_to_readers(web, deal, make):
    web.sign_in(make.user(role="reader"))
    urls = (f"/deals/{deal.id}/demand/edit", f"/deals/{deal.id}/demand/answer", "/deals/new/demand")
    assert {web.get(url).status_code for url in urls} == {403}


def test_rest_opens_lists_changes_and_answers(crm, web, client, strict, seller):
    headers = {"Authorization": f"Bearer {create_token(crm, seller, 't')}"}
    body = {"title": "Kitchen", "client": client.id, "type": strict.id}
    refused = web.client.post("/api/v1/deals", json=body, headers=headers)
    assert (refused.status_code, "demand" in refused.json["errors"]) == (422, True)
    line = {"what": "Oven", "quantity": "2", "price": "10.50"}
    made = web.client.post("/api/v1/deals", json={**body, "demand": [line]}, headers=headers)
    assert (made.status_code, made.json["potential"]) == (201, "21.00")
    url = f"/api/v1/deals/{made.json['id']}"
    found = web.client.get(f"{url}/demand", headers=headers).json
    assert [(one["what"], Decimal(one["quantity"]), Decimal(one["price"])) for one in found] == [
        ("Oven", 2, Decimal("10.5"))
    ]
    marked = {**headers, "If-Match": made.headers["ETag"]}
    changed = web.client.post(
        f"{url}/demand", json={"lines": [{**line, "id": found[0]["id"]}, {"what": "Cups"}]}, headers=marked
    )
    assert changed.status_code == 200
    marked["If-Match"] = changed.headers["ETag"]
    assert web.client.post(f"{url}/win", json={}, headers=marked).status_code == 422
    lines = web.client.get(f"{url}/demand", headers=headers).json
    answers = [{"line": one["id"], "is_satisfied": True} for one in lines]
    won = web.client.post(f"{url}/win", json={"demand": answers}, headers=marked)
    assert (won.status_code, won.json["state"]) == (200, "won")


def test_task_of_the_last_stage_asks_for_each_line_and_wins(crm, web, make, client, seller):
    led = make.deal_type("Led", mode="process", stages=("Interest", "Offer"))
    led.registers_demand = True
    led.save()
    deal = make.deal("Kitchen", deal_type=led, client=client, owner=seller, wishes=[Wish("Oven")])
    complete(crm, seller, stage_task_of(deal))
    line, url = lines_of(deal)[0], f"/tasks/{stage_task_of(deal).id}/do"
    web.sign_in(seller)
    assert "Oven · 1" in web.text(url)
    values = {"version": 1, f"demand.{line.id}.is_satisfied": "no", f"demand.{line.id}.reason": ""}
    assert "Write the reason" in web.post(url, values, headers=HTMX).get_data(as_text=True)
    assert (Deal.get().is_open, lines_of(deal)[0].is_satisfied) == (True, None)
    web.post(url, {**values, f"demand.{line.id}.reason": "Bought elsewhere"}, headers=HTMX)
    assert (Deal.get().state, lines_of(deal)[0].reason) == ("won", "Bought elsewhere")
