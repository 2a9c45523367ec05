"""The card of a deal: its route map, the task of its stage, and what a click on a stage opens."""

import re
from datetime import timedelta
from html import unescape

import pytest

from core.clients.contacts import create_contact
from core.deals import services
from core.deals.models import Deal
from core.deals.moves import step_of
from core.process.services import complete, stage_task_of
from core.process.usual import UsualStay
from core.stages.results import ResultField
from core.stages.services import Step, create_stage, find_stage

HTMX = {"HX-Request": "true"}


@pytest.fixture
def seller(make):
    return make.user("seller", name="Ana Kola")


@pytest.fixture
def process(make):
    return make.deal_type("Process", mode="process")


@pytest.fixture
def card(web, seller):
    """Returns the card's HTML as the seller sees it."""
    web.sign_in(seller)
    return lambda deal: web.text(f"/deals/{deal.id}")


def stops(html):
    """Returns {stage: (classes of its stop, its words)}."""
    route = re.search(r'<section class="way .*?</section>', html, re.S)[0]
    found = {}
    for part in route.split('<li class="way-stop ')[1:]:
        words = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part.split(">", 1)[1])))
        found[re.search(r'class="way-name"[^>]*>([^<]+)<', part)[1]] = (part.split('"')[0], words)
    return found


def test_route_says_what_is_done_by_whom_where_it_is_and_what_comes(crm, make, seller, card):
    deal = make.deal(owner=seller)
    crm.clock.advance(days=3)
    with crm.acting(seller.id, "test"):
        services.move(crm, deal, "Offer")
    found = stops(card(deal))
    assert found["Interest"][0] == "is-done"
    assert "3 days 18 Jun 2026 Ana Kola" in found["Interest"][1]
    assert found["Offer"][0] == "is-here"
    assert "since 18 Jun 2026" in found["Offer"][1]
    assert found["Payment"][0] == "is-ahead"


def test_route_says_in_red_how_late_the_deal_is_in_working_time(crm, make, seller, card):
    deal = make.deal(owner=seller)
    late_at = crm.clock.now() - timedelta(days=7)
    Deal.update(late_at=late_at).where(Deal.id == deal.id).execute()
    classes, words = stops(card(deal))["Interest"]
    assert classes == "is-here is-late"
    assert "late by 5 days" in words
    services.hold(crm, deal, crm.today() + timedelta(days=2))
    classes, words = stops(card(deal))["Interest"]
    assert classes == "is-here"
    assert "on hold until 17 Jun 2026" in words


def test_route_shows_ways_back_and_skipped_stages(crm, make, seller, card):
    deal = make.deal(owner=seller)
    services.move(crm, deal, "Payment")
    services.move(crm, deal, "Interest")
    services.move(crm, deal, "Payment")
    html = card(deal)
    found = stops(html)
    assert "back from “Payment”" in found["Interest"][1]
    assert found["Offer"][0] == "is-skipped"
    assert html.count('class="way-return"') == 1


def test_route_shows_where_and_why_the_deal_was_lost(crm, make, seller, card):
    deal = services.move(crm, make.deal(owner=seller), "Offer")
    services.lose(crm, deal, "Too expensive", "by a third")
    classes, words = stops(card(deal))["Offer"]
    assert classes == "is-here is-lost"
    assert "Too expensive" in words
    services.reopen(crm, deal)
    classes, words = stops(card(deal))["Offer"]
    assert classes == "is-here"
    assert "opened again on" in words


def test_route_says_what_is_usual_ahead(crm, make, seller, card):
    deal = make.deal(owner=seller)
    learned = {"won": 20, "most_s": 900_000, "passed": 20, "learned_at": crm.clock.now()}
    for stage in ("Offer", "Payment"):
        stage_id = step_of(deal, stage).stage_id
        UsualStay.create(deal_type=deal.deal_type_id, stage=stage_id, median_s=4 * 86_400, **learned)
    assert "usually 4 days" in stops(card(deal))["Offer"][1]


def test_stages_of_a_manual_type_are_moved_to_from_the_route(web, make, seller, card):
    deal = make.deal(owner=seller)
    html = card(deal)
    stage = re.search(r'name="stage" value="(\d+)"', html)[1]
    assert html.count(">Move here<") == 2
    web.post(f"/deals/{deal.id}/move", {"stage": stage, "version": deal.version})
    assert Deal.get_by_id(deal.id).place == 1


def test_deal_of_a_process_is_neither_moved_nor_won_by_hand(make, seller, process, card):
    html = card(make.deal(owner=seller, deal_type=process))
    assert "Move here" not in html
    assert "/win" not in html
    assert "/lose" in html


def test_who_may_only_read_sees_the_route_without_anything_to_do(web, make, seller):
    deal = make.deal(owner=seller)
    html = web.sign_in(make.user("reader")).text(f"/deals/{deal.id}")
    assert "way-stop" in html
    assert "way-lose" not in html
    assert "Move here" not in html


def test_deal_without_stages_has_no_route(make, seller, card):
    assert "way-stop" not in card(make.deal(owner=seller, deal_type=make.deal_type(mode="none")))


def test_click_on_a_done_stage_shows_its_task_and_who_did_it(crm, web, make, seller, process, card):
    deal = make.deal(owner=seller, deal_type=process)
    with crm.acting(seller.id, "test"):
        complete(crm, seller, stage_task_of(deal))
    box = web.sign_in(seller).get(f"/deals/{deal.id}/stages/0", headers=HTMX).text
    assert "<dialog" in box
    assert "Ana Kola" in box
    assert "done 15 Jun 2026" in box
    assert "<!doctype" in web.text(f"/deals/{deal.id}/stages/1")


def test_click_on_a_stage_that_is_none_is_answered_clearly(web, make, seller):
    deal = make.deal(owner=seller)
    assert web.sign_in(seller).get(f"/deals/{deal.id}/stages/9").status_code == 404
    foreign = make.deal(owner=make.user())
    assert web.get(f"/deals/{foreign.id}/stages/0").status_code == 404


def test_deal_of_a_process_is_sent_back_with_a_note(crm, web, make, seller, process):
    deal = make.deal(owner=seller, deal_type=process)
    complete(crm, seller, stage_task_of(deal))
    deal = Deal.get_by_id(deal.id)
    step = step_of(deal, "Interest")
    assert "Send back here" in web.sign_in(seller).text(f"/deals/{deal.id}/stages/0")
    url = f"/deals/{deal.id}/send-back"
    refused = web.post(url, {"stage": step.stage_id, "note": "", "version": deal.version})
    assert "Please fill this in" in refused.text
    web.post(url, {"stage": step.stage_id, "note": "The price is wrong", "version": deal.version})
    assert Deal.get_by_id(deal.id).place == 0
    assert "The price is wrong" in stage_task_of(deal).instructions


def test_card_asks_at_most_15_times(crm, web, make, seller, process, queries):
    deal = make.deal(owner=seller, deal_type=process)
    complete(crm, seller, stage_task_of(deal))
    services.lose(crm, Deal.get_by_id(deal.id), "Too expensive")
    services.reopen(crm, Deal.get_by_id(deal.id))
    web.sign_in(seller).text(f"/deals/{deal.id}")
    with queries.at_most(15):
        web.text(f"/deals/{deal.id}")


@pytest.fixture
def asking(crm, make):
    """Returns a process whose first stage asks for a contact, a file and a checklist, and takes evidence."""
    first = Step(
        find_stage("Interest") or create_stage(crm, "Interest"),
        limit_days=2,
        task_title="Find out",
        instructions="Call them",
        checklist=("Needs written down",),
        result=(ResultField("decider", "Decision maker", "contact"), ResultField("paper", "Offer", "file", False)),
        evidence=({"kind": "file_added", "is_automatic": False},),
    )
    return make.deal_type("Asking", mode="process", stages=(first, "Offer"))


def test_task_of_the_stage_is_done_on_the_card_with_its_result(crm, web, make, seller, asking):
    client = make.client(owner=seller)
    contact = create_contact(crm, client, name="Besa Gashi")
    deal = make.deal(client=client, owner=seller, deal_type=asking)
    html = web.sign_in(seller).text(f"/deals/{deal.id}")
    panel = re.search(r'<section class="panel work.*?</section>', html, re.S)[0]
    for words in ("Find out", "Call them", "Needs written down", "Besa Gashi", "Done, on to “Offer”", "Lost…"):
        assert words in panel
    assert "Find out" not in re.search(r'<section class="panel tasks-of-deal.*?</section>', html, re.S)[0]
    action = re.search(r'hx-post="(/tasks/\d+/do)"', panel)[1]
    sent = {"version": 1, "next": f"/deals/{deal.id}", "point": 0, "result.decider": contact.id, "result.paper": ""}
    missing = web.post(action, {**sent, "result.decider": ""}, headers=HTMX)
    assert "Please fill this in" in missing.text
    done = web.post(action, sent, headers=HTMX)
    assert done.headers["HX-Redirect"] == f"/deals/{deal.id}"
    assert Deal.get_by_id(deal.id).stage.name == "Offer"
    last = web.text(f"/deals/{deal.id}")
    assert "Done, the deal is won" in last
    assert 'name="amount"' in last
    assert "Besa Gashi" in web.text(f"/deals/{deal.id}/stages/0")


def test_task_that_somebody_else_does_is_shown_without_its_form(web, make, seller, process):
    deal = make.deal(owner=seller, deal_type=process)
    html = web.sign_in(make.user("reader")).text(f"/deals/{deal.id}")
    assert 'id="stage"' in html
    assert "Somebody else does this." in html
    assert "work-form" not in html


def test_task_rests_while_the_deal_is_on_hold(crm, web, make, seller, process):
    deal = make.deal(owner=seller, deal_type=process)
    services.hold(crm, deal, crm.today() + timedelta(days=2))
    html = web.sign_in(seller).text(f"/deals/{deal.id}")
    assert "The task rests" in html
    assert "work-form" not in html


def test_card_with_a_full_form_asks_at_most_15_times(crm, web, make, seller, asking, queries):
    deal = make.deal(owner=seller, deal_type=asking)
    Deal.update(late_at=crm.clock.now() - timedelta(days=1)).where(Deal.id == deal.id).execute()
    web.sign_in(seller).text(f"/deals/{deal.id}")
    with queries.at_most(15):
        web.text(f"/deals/{deal.id}")
