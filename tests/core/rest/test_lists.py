"""Lists: pages, order, filters, search, and the total in the header."""

import json
import time
from decimal import Decimal

import pytest

from core.clients.properties import create_property
from core.deals.services import win


def paging(response) -> dict:
    return json.loads(response.headers["X-Pagination"])


def names(response) -> list[str]:
    assert response.status_code == 200, response.get_json()
    return [row["name"] for row in response.get_json()]


def test_pages_hold_everything_once(api, make):
    for number in range(5):
        make.client(f"Client {number}")
    pages = [api.get(f"/clients?page={page}&page_size=2") for page in (1, 2, 3)]
    assert [names(page) for page in pages] == [["Client 0", "Client 1"], ["Client 2", "Client 3"], ["Client 4"]]
    assert paging(pages[1]) == {
        "total": 5, "total_pages": 3, "first_page": 1, "last_page": 3, "page": 2, "previous_page": 1, "next_page": 3,
    }  # fmt: skip


def test_total_follows_each_change_at_once(api, make):
    make.client()
    assert paging(api.get("/clients"))["total"] == 1
    make.client()
    assert paging(api.get("/clients"))["total"] == 2


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=-1", "page_size=501", "page_size=1.5", "page=" + "9" * 30])
def test_wrong_page_is_refused_by_name(api, query):
    response = api.get(f"/clients?{query}")
    assert response.status_code == 422
    assert list(response.get_json()["errors"]) == [query.split("=")[0]]


def test_order_is_chosen(api, make):
    for name, city in (("A", "Vlorë"), ("B", "Berat"), ("C", "Vlorë")):
        make.client(name, city=city)
    assert names(api.get("/clients?sort=-name")) == ["C", "B", "A"]
    assert names(api.get("/clients?sort=city,-name")) == ["B", "C", "A"]
    assert api.get("/clients?sort=password").status_code == 422


def test_field_filters(api, make):
    seller = make.user()
    make.client("A", city="Vlorë", owner=seller)
    make.client("B", city="Berat", owner=seller)
    make.client("C", city="Vlorë")
    assert names(api.get("/clients?city=Vlor%C3%AB")) == ["A", "C"]
    assert names(api.get(f"/clients?city=Vlor%C3%AB&owner={seller.id}")) == ["A"]
    assert names(api.get("/clients?owner=")) == ["C"]
    assert names(api.get("/clients?city=Berat&city=Vlor%C3%AB")) == ["A", "B", "C"]


def test_conditions_go_through_links(api, make):
    team = make.team("North")
    make.client("A", owner=make.user(team=team))
    make.client("B", owner=make.user())
    conditions = json.dumps([{"field": "owner.team.name", "op": "starts", "value": "Nor"}])
    assert names(api.get("/clients", query_string={"filter": conditions})) == ["A"]


def test_filter_by_property(crm, api, make):
    create_property(crm, entity="client", name="Size", kind="choice", choices=("Large", "Small"))
    make.client("A", properties={"size": "Large"})
    make.client("B", properties={"size": "Small"})
    assert names(api.get("/clients?properties.size=Large")) == ["A"]


@pytest.mark.parametrize(
    "query", ["colour=red", "filter=x", 'filter={"field":1}', 'filter=[{"field":"x","op":"equal"}]']
)
def test_unknown_filter_is_refused(api, query):
    response = api.get(f"/clients?{query}")
    assert response.status_code == 422
    assert response.get_json()["message"]


@pytest.mark.parametrize("query", ["q=%00", "city=%ED%A0%80", "owner=" + "9" * 40, "filter=[" * 3000])
def test_what_no_database_takes_is_refused_not_failed(api, query):
    assert api.get(f"/clients?{query}").status_code in (200, 422)


def test_search_finds_by_parts_of_the_name(api, make):
    make.client("Tomorri Auto")
    make.client("Vjosa")
    assert names(api.get("/clients?q=tomorri")) == ["Tomorri Auto"]


def test_money_is_text_and_moments_have_a_zone(crm, api, make):
    deal = make.deal(potential=Decimal("1250.5"))
    crm.clock.advance(hours=1)
    win(crm, deal, amount=Decimal(1200))
    (row,) = api.get("/deals").get_json()
    assert (row["potential"], row["amount"], row["amount_base"]) == ("1250.50", "1200.00", "1200.00")
    assert row["closed_at"] == crm.clock.now().isoformat()
    assert row == api.get(f"/deals/{deal.id}").get_json()


def test_lists_show_only_what_a_user_may_see(crm, program, make):
    head = make.user("head")
    team = make.team(head=head)
    seller, colleague, stranger = make.user(team=team), make.user(team=team), make.user()
    head.team = team
    head.save()
    for owner in (seller, colleague, stranger):
        client = make.client(f"of {owner.name}", owner=owner)
        make.deal(f"deal of {owner.name}", client=client, owner=owner)
    assert names(program(seller).get("/clients")) == [f"of {seller.name}"]
    assert len(names(program(head).get("/clients"))) == 2
    assert len(names(program(make.user("director")).get("/clients"))) == 3
    assert [row["title"] for row in program(seller).get("/deals").get_json()] == [f"deal of {seller.name}"]
    assert paging(program(seller).get("/deals"))["total"] == 1


def test_a_list_asks_the_database_five_times_at_most(crm, api, make, queries):
    for _ in range(30):
        make.deal()
    api.get("/deals")
    with queries.at_most(5):
        api.get("/deals")
    with queries.at_most(5):
        api.get("/clients")


def test_total_is_counted_again_after_a_while(crm, api, make, monkeypatch):
    make.client()
    api.get("/clients")
    crm.database.execute_sql("UPDATE core_client SET deleted_at = 1")  # as bulk work does, without a history
    later = time.monotonic() + 3
    monkeypatch.setattr("core.web.rest.lists.time.monotonic", lambda: later)
    assert paging(api.get("/clients"))["total"] == 0
