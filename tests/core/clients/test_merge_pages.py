"""The pages of merging, and the box that warns of a client typed twice."""

import re

import pytest

from core.clients.merge import merge_clients
from core.clients.models import Client, Merge
from core.clients.services import change_client
from core.clients.unmerge import undo_merge


@pytest.fixture
def head(make):
    return make.user("director", name="Arta Head")


@pytest.fixture
def browser(web, head):
    return web.sign_in(head)


@pytest.fixture
def kept(make, head):
    return make.client("Alba Trade", owner=head, phones=["+355692000001"], note="Pays late", city="Durrës")


@pytest.fixture
def gone(make, head):
    return make.client("Alba Trade Sh.p.k.", owner=head, phones=["+355692000002"], note="Likes fish", tax_number="K1")


def versions(kept, gone) -> dict:
    return {"version_kept": kept.version, "version_gone": gone.version}


def test_the_box_names_who_may_be_the_same(browser, kept):
    text = browser.text("/clients/similar?name=Alba+trade&phones=0692000001")
    assert "Alba Trade" in text
    assert "same phone, similar name" in text


def test_the_box_is_empty_for_a_new_client(browser, kept):
    assert browser.text("/clients/similar?name=Something+else&phones=&emails=").strip() == ""


def test_the_box_leaves_out_the_client_that_is_edited(browser, kept):
    assert browser.text(f"/clients/similar?name=Alba+Trade&exclude={kept.id}").strip() == ""


def test_the_box_gives_nothing_away_of_a_client_of_another_seller(web, make, kept):
    text = web.sign_in(make.user("seller")).text("/clients/similar?name=Alba+Trad&tax_number=K1&phone=0692000001")
    assert "A client of Arta Head" in text
    assert [word for word in ("Alba Trade", "Durrës", "2000001", f"/clients/{kept.id}") if word in text] == []


@pytest.mark.parametrize("address", ["suspects", "{kept}/merge", "{kept}/merge/{gone}", "merges/1"])
def test_merging_needs_the_right_to_it(web, make, kept, gone, address):
    seller = make.user("seller")
    assert web.sign_in(seller).get("/clients/" + address.format(kept=kept.id, gone=gone.id)).status_code == 403


@pytest.mark.parametrize("address", ["{kept}/merge/{gone}", "merges/1/undo"])
def test_posting_needs_the_right_too(web, make, kept, gone, address):
    seller = make.user("seller")
    web.sign_in(seller)
    assert web.post("/clients/" + address.format(kept=kept.id, gone=gone.id)).status_code == 403
    assert Merge.select().count() == 0


def test_a_client_that_is_not_seen_is_not_found(web, make, kept, gone):
    stranger = web.sign_in(make.user("head"))
    assert stranger.get(f"/clients/{kept.id}/merge/{gone.id}").status_code == 404
    assert stranger.post(f"/clients/{kept.id}/merge/{gone.id}", versions(kept, gone)).status_code == 404


def test_suspects_are_offered_first(browser, kept, gone):
    text = browser.text(f"/clients/{kept.id}/merge")
    assert "Probably the same" in text
    assert f"/clients/{kept.id}/merge/{gone.id}" in text


def test_any_other_client_is_found_by_a_search(browser, kept, make, head):
    other = make.client("Kafe Mira", owner=head)
    text = browser.get(f"/clients/{kept.id}/merge?q=mira", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert f"/clients/{kept.id}/merge/{other.id}" in text
    assert "<html" not in text
    text = browser.get(f"/clients/{kept.id}/merge?q=nobody", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "No other client matches" in text


def test_the_comparison_shows_what_differs_first_and_what_hangs_on_both(browser, kept, gone, make):
    make.deal(client=gone)
    text = browser.text(f"/clients/{kept.id}/merge/{gone.id}")
    assert text.index("choice:name") < text.index("choice:note") < text.index("merge-same") < text.index("Prospect")
    assert re.search(r'name="choice:tax_number" value="gone" checked', text)
    assert re.search(r'name="choice:note" value="both"', text)
    assert re.search(r"<td>Deals</td><td[^>]*></td><td[^>]*>1</td>", text)


def test_few_questions_are_asked_of_the_database(browser, kept, gone, queries):
    browser.text(f"/clients/{kept.id}/merge/{gone.id}")
    with queries.at_most(35):
        browser.text(f"/clients/{kept.id}/merge/{gone.id}")


def test_a_merge_takes_what_was_chosen_and_can_be_undone_at_once(browser, kept, gone):
    chosen = {"choice:name": "gone", "choice:note": "both", "choice:tax_number": "kept"}
    answer = browser.post(f"/clients/{kept.id}/merge/{gone.id}", {**versions(kept, gone), **chosen})
    now = Client.get_by_id(kept.id)
    assert (now.name, now.note, now.tax_number) == ("Alba Trade Sh.p.k.", "Pays late\n\nLikes fish", "")
    text = browser.text(answer.location)
    assert "Alba Trade Sh.p.k. is part of" in text
    undo = re.search(r"/clients/merges/\d+/undo", text)[0]
    assert browser.post(undo).location.endswith(f"/clients/{gone.id}")
    assert Client.get_by_id(kept.id).name == "Alba Trade"
    assert "Undone" in browser.text(answer.location)


def test_a_change_meanwhile_shows_both_clients_again(crm, browser, kept, gone):
    looked_at = versions(kept, gone)
    change_client(crm, gone, {"city": "Vlorë"}, version=gone.version)
    answer = browser.post(f"/clients/{kept.id}/merge/{gone.id}", looked_at)
    text = answer.get_data(as_text=True)
    assert "Somebody changed “Alba Trade Sh.p.k.” meanwhile" in text
    assert "Vlorë" in text
    assert Merge.select().count() == 0


def test_the_undo_says_what_was_edited_since(crm, browser, kept, gone):
    merge = merge_clients(crm, kept, gone)
    now = Client.get_by_id(kept.id)
    change_client(crm, now, {"tax_number": "K9"}, version=now.version)
    answer = browser.post(f"/clients/merges/{merge.id}/undo")
    assert "Edited since and left as it is: Tax number" in browser.text(answer.location)


def test_merges_stay_in_reach_of_the_undo(crm, browser, kept, gone):
    merge = merge_clients(crm, kept, gone)
    assert f"/clients/merges/{merge.id}/undo" in browser.text(f"/clients/{kept.id}/merge")
    undo_merge(crm, merge)
    assert "/undo" not in browser.text(f"/clients/{kept.id}/merge")


def test_the_address_of_the_client_that_went_leads_on(crm, browser, kept, gone):
    merge_clients(crm, kept, gone)
    assert browser.get(f"/clients/{gone.id}").location.endswith(f"/clients/{kept.id}")


def test_an_undo_of_what_is_undone_says_so(crm, browser, kept, gone):
    merge = merge_clients(crm, kept, gone)
    undo_merge(crm, merge)
    answer = browser.post(f"/clients/merges/{merge.id}/undo")
    assert answer.status_code == 422
    assert "undone already" in answer.get_data(as_text=True)


def test_suspects_of_the_whole_base_are_grouped(browser, make, head, kept):
    make.client("Kafe Mira", owner=head, phones=["0692000001"], tax_number="K7")
    make.client("Mira", owner=head, tax_number="K7")
    text = browser.text("/clients/suspects")
    assert text.count('class="panel-title"') == 2
    assert "same tax number" in text
    assert "same phone" in text


def test_a_base_without_suspects_says_so(browser, kept, gone):
    assert "No suspects" in browser.text("/clients/suspects")
