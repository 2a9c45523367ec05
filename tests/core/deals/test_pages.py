"""The pages of deals: what they show, what they let one do, and how often they ask the database."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from core.clients.properties import create_property
from core.deals import services
from core.deals.models import Deal
from core.deals.moves import step_of
from core.stages.services import publish, usable_reasons
from core.tasks.models import Task
from core.tasks.services import create_task

HTMX = {"HX-Request": "true"}


@pytest.fixture
def seller(make):
    return make.user("seller")


@pytest.fixture
def head(make):
    return make.user("director")


@pytest.fixture
def deal_type(make):
    return make.deal_type("Sale")


@pytest.fixture
def board(web, head, deal_type):
    """Returns the board's HTML as a director sees it, for a query."""
    web.sign_in(head)
    return lambda query="": web.text(f"/deals/board?type={deal_type.id}&{query}")


def count_at(html, place):
    found = re.search(rf'data-board-head="{place}".*?board-count num">([^<]*)<', html, re.S)
    return found[1]


def test_list_shows_what_the_user_may_see(web, make, seller):
    make.deal("Mine", owner=seller)
    make.deal("Foreign", owner=make.user())
    html = web.sign_in(seller).text("/deals/")
    assert "Mine" in html
    assert "Foreign" not in html


@pytest.mark.parametrize("text", ["Solar", "solar pan", "Hotel", "HOTEL"])
def test_search_finds_title_and_client(web, make, head, text):
    make.deal("Solar panels", client=make.client("Hotel Adria"))
    make.deal("Other", client=make.client("Nobody"))
    html = web.sign_in(head).text(f"/deals/?q={text}")
    assert "Solar panels" in html
    assert "Nobody" not in html


def test_search_finds_the_number(web, make, head):
    deal = make.deal("This one")
    assert "This one" in web.sign_in(head).text(f"/deals/?q={deal.number}")


def test_board_counts_and_weighs_each_column(crm, make, board, deal_type):
    for _number in range(3):
        make.deal(deal_type=deal_type, potential=Decimal(1000))
    services.move(crm, make.deal("Unpriced", deal_type=deal_type, potential=None), "Offer")
    html = board()
    assert [count_at(html, place) for place in range(3)] == ["3", "1", "0"]
    assert "3,000" in html
    assert "one without potential" in html


def test_closed_held_and_deleted_deals_stand_on_no_column(crm, make, board, deal_type):
    services.win(crm, make.deal(deal_type=deal_type))
    services.delete_deal(crm, make.deal(deal_type=deal_type))
    services.hold(crm, make.deal(deal_type=deal_type), crm.today() + timedelta(days=1))
    html = board()
    assert count_at(html, 0) == "0"
    assert "One deal on hold" in html


def test_board_obeys_the_search_of_the_list(make, board, deal_type):
    make.deal("Solar panels", deal_type=deal_type)
    make.deal("Other", deal_type=deal_type)
    assert count_at(board("q=solar"), 0) == "1"
    assert count_at(board('f={"field":"title","op":"starts","value":"Oth"}'), 0) == "1"


def test_board_loads_a_column_page_by_page(web, make, board, deal_type):
    client = make.client()
    for number in range(15):
        make.deal(f"Deal-{number}", deal_type=deal_type, client=client)
    html = board()
    more = re.search(r'class="board-more" hx-get="([^"]+)"', html)[1].replace("&amp;", "&")
    rest = web.get(more, headers=HTMX).text
    first, second = (set(re.findall(r'data-deal="(\d+)"', text)) for text in (html, rest))
    assert len(first | second) == 15
    assert not first & second
    assert "board-more" not in rest


def test_board_of_a_wrong_mark_is_refused_with_a_sentence(web, board, deal_type):
    board()
    answer = web.get(f"/deals/board/cards?version={deal_type.published_version_id}&place=0&after=x")
    assert answer.status_code == 422
    assert "reload the page" in answer.text


def test_deals_of_an_old_version_have_a_board_of_their_own(crm, make, board, deal_type):
    make.deal(deal_type=deal_type)
    old = deal_type.published_version_id
    publish(crm, deal_type, ("Interest", "Payment"))
    html = board()
    assert count_at(html, 0) == "0"
    assert "One deal keeps version 1" in html
    assert count_at(board(f"version={old}"), 0) == "1"


def test_drop_moves_the_card_and_counts_anew(web, make, board, deal_type):
    deal = make.deal(deal_type=deal_type)
    board()
    offer = step_of(deal, "Offer")
    answer = web.post(f"/deals/{deal.id}/drop", {"stage": offer.stage_id, "version": deal.version}, headers=HTMX)
    assert f'data-deal="{deal.id}" data-version="2"' in answer.json["card"]
    assert [re.search(r'board-count num">([^<]*)<', answer.json["heads"][place])[1] for place in "01"] == ["0", "1"]


def test_drop_in_a_stale_tab_is_refused_and_explained(web, crm, make, board, deal_type):
    deal = make.deal(deal_type=deal_type)
    board()
    services.change_deal(crm, deal, {"title": "Changed"})
    answer = web.post(f"/deals/{deal.id}/drop", {"to": "won", "version": 1}, headers=HTMX)
    assert answer.status_code == 409
    assert "meanwhile" in answer.headers["HX-Trigger"]
    assert Deal.get_by_id(deal.id).is_open


def test_drop_on_won_wins(web, make, board, deal_type):
    deal = make.deal(deal_type=deal_type)
    board()
    answer = web.post(f"/deals/{deal.id}/drop", {"to": "won", "version": 1}, headers=HTMX)
    assert answer.json["card"] == ""
    assert Deal.get_by_id(deal.id).state == "won"


def test_card_shows_the_way_and_what_one_may_do(web, crm, make, head, deal_type):
    deal = make.deal("Big sale", deal_type=deal_type)
    crm.clock.advance(days=4)
    services.move(crm, deal, "Payment")
    html = web.sign_in(head).text(f"/deals/{deal.id}")
    looks = re.findall(r"way-stop is-(\w+)", html)
    assert looks == ["done", "skipped", "here"]
    assert "4 days" in html
    assert "/win" in html


def test_reader_sees_the_card_but_no_way_to_change_it(web, make):
    deal = make.deal()
    html = web.sign_in(make.user("reader")).text(f"/deals/{deal.id}")
    for action in ("win", "lose", "edit", "hold", "delete"):
        assert f"/deals/{deal.id}/{action}" not in html


@pytest.mark.parametrize("action", ["win", "lose", "reopen", "hold", "resume", "move", "delete", "drop", "edit"])
def test_reader_does_nothing_by_address_either(web, make, action):
    deal = make.deal()
    assert web.sign_in(make.user("reader")).post(f"/deals/{deal.id}/{action}").status_code == 403


@pytest.mark.parametrize("path", ["", "/edit", "/win", "/lose"])
def test_foreign_deal_is_not_there(web, make, seller, path):
    deal = make.deal(owner=make.user())
    assert web.sign_in(seller).get(f"/deals/{deal.id}{path}").status_code == 404


def test_loss_asks_for_a_reason_and_takes_it(web, make, head):
    deal = make.deal()
    web.sign_in(head)
    asked = web.post(f"/deals/{deal.id}/lose", {"version": 1}, headers=HTMX)
    assert "<dialog" in asked.text
    assert "is-invalid" in asked.text
    reason = usable_reasons()[0]
    done = web.post(f"/deals/{deal.id}/lose", {"version": 1, "reason": reason.id}, headers=HTMX)
    assert done.headers["HX-Redirect"].endswith(f"/deals/{deal.id}")
    assert Deal.get_by_id(deal.id).loss_reason_id == reason.id


def test_dialog_is_a_page_without_htmx_and_goes_back_where_one_came_from(web, make, head):
    deal = make.deal()
    assert "<dialog" not in web.sign_in(head).text(f"/deals/{deal.id}/win")
    answer = web.post(f"/deals/{deal.id}/win", {"version": 1, "amount": "1 234,50", "next": "/deals/board"})
    assert answer.headers["Location"].endswith("/deals/board")
    assert Deal.get_by_id(deal.id).amount == Decimal("1234.50")


def test_dialog_leads_nobody_to_a_stranger(web, make, head):
    deal = make.deal()
    answer = web.sign_in(head).post(f"/deals/{deal.id}/win", {"version": 1, "next": "https://evil.example/"})
    assert "evil" not in answer.headers["Location"]


def test_deal_is_held_resumed_handed_over_reopened_and_deleted(web, crm, make, head):
    deal, new = make.deal(), make.user()
    web.sign_in(head)
    until = crm.today() + timedelta(days=9)
    web.post(f"/deals/{deal.id}/hold", {"version": 1, "until": until.isoformat()})
    assert Deal.get_by_id(deal.id).on_hold_until == until
    web.post(f"/deals/{deal.id}/resume", {"version": 2})
    assert Deal.get_by_id(deal.id).on_hold_until is None
    web.post(f"/deals/{deal.id}/hand-over", {"version": 3, "owner": new.id})
    assert Deal.get_by_id(deal.id).owner_id == new.id
    web.post(f"/deals/{deal.id}/win", {"version": 4})
    web.post(f"/deals/{deal.id}/reopen", {"version": 5, "note": "More to do"})
    assert Deal.get_by_id(deal.id).is_open
    web.post(f"/deals/{deal.id}/delete", {"version": 6})
    assert web.get(f"/deals/{deal.id}").status_code == 404


def test_new_deal_is_made_for_the_client_that_was_chosen(web, make, seller, deal_type):
    client = make.client("Hotel Adria", owner=seller)
    web.sign_in(seller)
    values = {"title": "Solar", "client": f"Hotel Adria · {client.id}", "type": deal_type.id, "potential": "2.500,00"}
    web.post("/deals/new", values)
    made = Deal.get(Deal.title == "Solar")
    assert (made.client_id, made.potential, made.stage.name) == (client.id, Decimal(2500), "Interest")


def test_client_by_whole_name_is_taken_and_an_unknown_one_is_refused(web, make, seller, deal_type):
    make.client("Hotel Adria", owner=seller)
    web.sign_in(seller)
    values = {"title": "Solar", "type": deal_type.id}
    refused = web.post("/deals/new", {**values, "client": "Nobody"})
    assert "There is no such client." in refused.text
    assert "Nobody" in refused.text
    web.post("/deals/new", {**values, "client": "Hotel Adria"})
    assert Deal.select().count() == 1


def test_client_of_another_seller_is_not_offered(web, make, seller):
    make.client("Hotel Adria", owner=make.user())
    mine = make.client("Hotel Drini", owner=seller)
    assert re.findall(r'value="([^"]*)"', web.sign_in(seller).text("/deals/clients?client=hotel")) == [
        f"Hotel Drini · {mine.id}"
    ]


def test_edit_saves_facts_and_properties(web, crm, make, head):
    create_property(crm, entity="deal", name="Region", kind="text")
    deal = make.deal("Before")
    web.sign_in(head)
    values = {"title": "After", "client": deal.client_id, "currency": "EUR", "properties.region": "North"}
    web.post(f"/deals/{deal.id}/edit", {**values, "version": 1})
    kept = Deal.get_by_id(deal.id)
    assert (kept.title, kept.properties) == ("After", {"region": "North"})


def test_edit_shows_both_values_of_a_lost_race(web, crm, make, head):
    deal = make.deal("Before")
    services.change_deal(crm, deal, {"title": "Theirs"})
    values = {"title": "Mine", "client": deal.client_id, "currency": "EUR"}
    shown = web.sign_in(head).post(f"/deals/{deal.id}/edit", {**values, "version": 1}).text
    assert "Meanwhile somebody saved “Theirs”" in shown
    assert 'value="Mine"' in shown
    assert re.search(r'name="version" value="2"', shown)


def test_edit_of_a_closed_deal_leaves_out_what_is_frozen(web, crm, make, head):
    deal = services.win(crm, make.deal())
    html = web.sign_in(head).text(f"/deals/{deal.id}/edit")
    assert 'name="title"' in html
    assert 'name="potential"' not in html


def test_task_is_made_and_ticked_on_the_card(web, make, head):
    deal = make.deal()
    box = web.sign_in(head).post(f"/tasks/new?deal={deal.id}", {"title": "Call them", "user": head.id}, headers=HTMX)
    assert 'hx-target="#tasks"' in box.text
    assert "Call them" in box.text
    task = Task.get()
    assert (task.deal_id, task.client_id, task.author) == (deal.id, deal.client_id, head)
    assert f'action="/tasks/{task.id}/done"' in web.text(f"/deals/{deal.id}")


def test_calendar_shows_the_month_and_leads_to_the_day(web, make, head, crm):
    for number in range(6):
        make.deal(client=make.client(f"Client of {number}"), expected_on=crm.today(), potential=Decimal(10 + number))
    html = web.sign_in(head).text("/deals/calendar?month=2026-06")
    assert html.count('class="month-deal') == 4
    assert "2 more" in html
    assert "is-today" in html
    assert "Client of 5" in html


def test_calendar_of_a_month_that_is_none_is_refused(web, head):
    answer = web.sign_in(head).get("/deals/calendar?month=June")
    assert answer.status_code == 422
    assert "2026-11" in answer.text


def test_board_and_calendar_bring_only_their_part_to_htmx(web, board, deal_type):
    board()
    for view in ("board", "calendar"):
        answer = web.get(f"/deals/{view}?q=x&typed=1", headers=HTMX)
        assert "<html" not in answer.text
        assert answer.headers["HX-Replace-Url"] == f"/deals/{view}?q=x"


def test_filter_added_on_the_board_stays_on_the_board(web, board, deal_type):
    board()
    answer = web.get("/deals/board?add=title&op=contains&value=x", headers=HTMX)
    assert answer.headers["HX-Redirect"].startswith("/deals/board?f=")


@pytest.mark.parametrize("page", ["/deals/", "/deals/board", "/deals/calendar", "/deals/new", "card"])
def test_no_page_asks_more_than_15_times_however_many_deals(web, crm, make, queries, deal_type, page):
    seller = make.user("seller")
    client = make.client(owner=seller)
    deals = [make.deal(deal_type=deal_type, client=client, owner=seller, expected_on=crm.today()) for _ in range(25)]
    for deal in deals[:10]:
        services.move(crm, deal, "Offer")
        create_task(crm, title="Call", deal=deal, user=seller)
    web.sign_in(seller)
    url = f"/deals/{deals[0].id}" if page == "card" else page
    web.text(url)
    with queries.at_most(15):
        web.text(url)


def test_a_new_deal_begins_with_the_type_used_last(web, make, head):
    deal_type = make.deal_type("Zebra sale")
    make.deal(owner=head, deal_type=deal_type)
    assert f'<option value="{deal_type.id}" selected>' in web.sign_in(head).text("/deals/new")


def test_a_refused_form_keeps_the_client_as_it_was_typed(web, make, head):
    client = make.client("Kafe Mira", owner=head)
    answer = web.sign_in(head).post("/deals/new", {"client": f"Kafe Mira · {client.id}", "title": ""})
    assert f'value="Kafe Mira · {client.id}"' in answer.get_data(as_text=True)
