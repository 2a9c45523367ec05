"""Lists, tried on clients and deals: what they show, find, count, group and keep; how often they ask the database."""

import html
import json
import re
from decimal import Decimal
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from core import fields
from core.clients.pages.lists import CLIENTS
from core.clients.properties import create_property
from core.deals.services import win
from core.web.lists.favourites import columns_of, keep_favourite
from core.web.lists.models import Favourite, ListColumns
from core.web.lists.state import COUNTED, PAGE

DAY = "2026-01-01"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def director(make):
    return make.user("director", name="Dora Director", team=make.team())


@pytest.fixture
def web(web, director):
    return web.sign_in(director)


def f(field, op, value=None):
    one = {"field": field, "op": op} | ({} if value is None else {"value": value})
    return "f=" + quote(json.dumps(one))


def names(page):
    """Returns the names of the rows that a list shows, in order."""
    return [html.unescape(name) for name in re.findall(r'class="list-title"><a href="[^"]*">(.*?)</a>', page)]


def test_list_shows_records_in_order_with_links_to_their_cards(web, make, director):
    one = make.client("Zana sh.p.k.", owner=director)
    make.client("Alba <b>&amp;</b> Co")
    page = web.text("/clients/")
    assert names(page) == ["Alba <b>&amp;</b> Co", "Zana sh.p.k."]
    assert f'href="/clients/{one.id}"' in page
    assert "Dora Director" in page
    assert "<b>&amp;" not in page


def test_empty_base_says_what_to_do_and_empty_search_says_so(web, make):
    assert "No clients yet" in web.text("/clients/")
    assert "Nothing found" in web.text("/clients/?q=nobody")
    make.client("Alba")
    assert "Nothing found" in web.text("/clients/?" + f("name", "equal", "Nobody"))


def test_search_filters_and_sort_work_together(web, make, director):
    for name, city in (("Alba One", "Tirana"), ("Alba Two", "Durrës"), ("Beta", "Tirana")):
        make.client(name, city=city, owner=director)
    make.client("Alba Three", city="Tirana")
    url = "/clients/?q=alba&s=-name&" + f("city", "equal", "Tirana")
    assert names(web.text(url)) == ["Alba Three", "Alba One"]
    assert names(web.text(url + "&" + f("owner", "equal", "me"))) == ["Alba One"]
    assert names(web.text("/clients/?s=owner"))[-1] == "Alba Three"


def test_seller_sees_own_records_only(web, make):
    seller = make.user("seller")
    make.client("Mine", owner=seller)
    make.client("Theirs", owner=make.user("seller"))
    page = web.sign_in(seller).text("/clients/")
    assert names(page) == ["Mine"]
    assert "one record" in page


def test_deleted_records_are_not_shown(web, make, crm):
    from core.clients.services import delete_client

    make.client("Here")
    delete_client(crm, make.client("Gone"))
    assert names(web.text("/clients/")) == ["Here"]


def test_htmx_gets_the_list_alone_under_its_true_address(web, make):
    make.client("Alba")
    typed = web.get("/clients/?typed=1&q=alb", headers=HTMX)
    assert "<html" not in typed.get_data(as_text=True)
    assert typed.headers["HX-Replace-Url"] == "/clients/?q=alb"
    assert web.get("/clients/?s=-name", headers=HTMX).headers["HX-Push-Url"] == "/clients/?s=-name"
    assert "HX-Request" in typed.headers["Vary"]


def test_filter_of_the_form_becomes_part_of_the_address(web, make):
    make.client("Alba", status="active")
    answer = web.get("/clients/?add=status&op=equal&value=active&value=dormant&q=a", headers=HTMX)
    state = parse_qs(urlsplit(answer.headers["HX-Push-Url"]).query)
    assert fields.from_text(state["f"][0]) == {"field": "status", "op": "in", "value": ["active", "dormant"]}
    assert state["q"] == ["a"]
    plain = web.get("/clients/?add=next_contact_on&op=between&value=2026-01-01&value2=2026-02-01&period=this_month")
    assert plain.status_code == 302
    condition = fields.from_text(parse_qs(urlsplit(plain.location).query)["f"][0])
    assert condition["value"] == ["2026-01-01", "2026-02-01"]


@pytest.mark.parametrize(
    ("sent", "condition"),
    [
        ("add=name&op=contains&value=alb", {"field": "name", "op": "contains", "value": "alb"}),
        ("add=name&op=empty&value=x", {"field": "name", "op": "empty"}),
        ("add=owner&op=not_equal&value=me", {"field": "owner", "op": "not_equal", "value": "me"}),
        (
            "add=changed_at&op=less&period=today&value=",
            {"field": "changed_at", "op": "less", "value": {"period": "today"}},
        ),
        (
            "add=changed_at&op=less&period=&value=2026-01-01",
            {"field": "changed_at", "op": "less", "value": "2026-01-01"},
        ),
        ("add=consent_email&op=equal&value=True", {"field": "consent_email", "op": "equal", "value": True}),
    ],
)
def test_forms_of_filters_mean_conditions(web, sent, condition):
    location = web.get(f"/clients/?{sent}").location
    assert fields.from_text(parse_qs(urlsplit(location).query)["f"][0]) == condition


@pytest.mark.parametrize(
    "query",
    [
        "f=%7Bnonsense",
        "f=[]",
        f("nonsense", "equal", 1),
        f("name", "like", "x"),
        f("owner", "equal", {"a": 1}),
        "s=nonsense",
        "s=categories",
        "g=nonsense",
        "g=deals",
        "m=name",
        "add=nonsense&op=equal",
    ],
)
def test_address_that_can_not_be_understood_still_shows_the_list(web, make, query):
    make.client("Alba")
    page = web.text(f"/clients/?{query}")
    assert "The filter was left out." in page
    assert "Alba" in page


@pytest.mark.parametrize("page", ["0", "-5", "99999999999999999999", "x"])
def test_any_number_of_a_page_is_answered(web, make, page):
    make.client("Alba")
    assert web.get(f"/clients/?p={page}").status_code == 200


def test_pages_follow_each_other_without_gap(web, crm, make):
    _many_clients(crm, make, PAGE * 2 + 5)
    pages = [names(web.text(f"/clients/?p={number}")) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [PAGE, PAGE, 5]
    assert sum(pages, []) == [f"Client {number:05}" for number in range(PAGE * 2 + 5)]
    assert 'rel="next"' not in web.text("/clients/?p=3")
    assert names(web.text("/clients/?q=client&p=3")) == pages[2]


def test_counting_a_search_stops_early(web, crm, make):
    _many_clients(crm, make, COUNTED + PAGE)
    assert "2,000+ records" in web.text("/clients/?q=client")
    assert "2,080 records" in web.text("/clients/?all=1")


def test_no_page_asks_often_however_many_records_there_are(web, crm, make, director, queries):
    from core.users.models import Role

    assert Role.select().exists()
    for _number in range(3):
        deal = make.deal(owner=make.user(), client=make.client(owner=make.user()))
    win(crm, deal)
    for key in ("size", "colour"):
        create_property(crm, entity="client", name=key, kind="text")
    web.text("/clients/")
    urls = ["/clients/", "/deals/", "/clients/?q=client", "/deals/?g=owner.team&g=state", "/deals/?v=graph&part=graph"]
    urls += ["/clients/?s=owner&" + f("owner", "not_equal", "me") + "&" + f("deals.owner.team.name", "empty")]
    for url in urls:
        with queries.at_most(15) as few:
            web.text(url)
        first = len(few)
        assert first > 1
    _many_clients(crm, make, PAGE * 3)
    with queries.at_most(15):
        web.text("/clients/")


def test_groups_count_and_add_up_and_open(web, crm, make, director):
    win(crm, make.deal("Won", owner=director, potential=Decimal("100.50")))
    make.deal("Open", owner=director, potential=Decimal(20))
    make.deal("Nobody's", potential=Decimal(5))
    page = web.text("/deals/?g=owner&g=state")
    assert "€120.50" in page
    assert "Not set" in page
    opened = re.findall(r'hx-get="([^"]*part=group[^"]*)"', page)
    inner = web.text(html.unescape(opened[0]))
    assert "Won" in inner
    assert "€100.50" in inner
    rows = web.text(html.unescape(re.findall(r'hx-get="([^"]*part=group[^"]*)"', inner)[0]))
    assert len(names(rows)) == 1


def test_graph_has_a_bar_for_each_group_which_opens_its_list(web, make, director):
    make.deal("One", owner=director)
    make.deal("Two", owner=director)
    make.deal("Three")
    spec = web.get("/deals/?v=graph&g=owner&m=potential_base&part=graph").get_json()
    bars = {bar["label"]: bar for bar in spec["data"]["values"]}
    assert (bars["Dora Director"]["value"], bars["Not set"]["value"]) == (200, 100)
    assert sorted(names(web.text(bars["Dora Director"]["url"]))) == ["One", "Two"]
    assert 'data-chart="' in web.text("/deals/?v=graph&g=owner")


def test_months_of_a_graph_stand_in_order(web, crm, make):
    make.deal("One")
    crm.clock.advance(days=40)
    make.deal("Two")
    spec = web.get("/deals/?v=graph&g=opened_at:month&part=graph").get_json()
    assert [bar["label"] for bar in spec["data"]["values"]] == ["June 2026", "July 2026"]


def test_favourite_keeps_the_whole_state(web, make, director):
    make.client("Alba", status="active")
    make.client("Beta")
    query = "q=a&s=-name&" + f("status", "equal", "active")
    answer = web.post(f"/clients/?{query}", {"action": "favourite", "name": "  Active   ones ", "is_shared": "1"})
    assert answer.status_code == 303
    kept = Favourite.get()
    assert (kept.name, kept.is_shared, kept.query["s"]) == ("Active ones", True, "-name")
    other = web.sign_in(make.user("director"))
    panel = other.text("/clients/?all=1&part=panel")
    link = html.unescape(re.search(r'href="([^"]*fav=\d+)"', panel)[1])
    assert names(other.text(link)) == ["Alba"]
    assert "unfavourite" not in panel


def test_default_favourite_opens_the_list_until_all_is_asked_for(web, crm, make, director):
    make.client("Alba", status="active")
    make.client("Beta")
    state = {"f": [{"field": "status", "op": "equal", "value": "active"}]}
    keep_favourite(crm, director, "clients", "Active", state, is_default=True)
    keep_favourite(crm, director, "clients", "Other", {}, is_default=False)
    assert names(web.client.get("/clients/", follow_redirects=True).get_data(as_text=True)) == ["Alba"]
    assert names(web.text("/clients/?all=1")) == ["Alba", "Beta"]
    keep_favourite(crm, director, "clients", "All", {}, is_default=True)
    assert Favourite.select().where(Favourite.is_default).count() == 1


def test_favourite_of_another_is_not_deleted(web, crm, make):
    kept = keep_favourite(crm, make.user(), "clients", "Theirs", {}, is_shared=True)
    assert web.post("/clients/?all=1", {"action": "unfavourite", "favourite": kept.id}).status_code == 404
    assert Favourite.select().count() == 1


def test_favourite_of_a_field_that_is_gone_shows_the_list_and_says_so(web, crm, make, director):
    make.client("Alba")
    state = {"f": [{"field": "properties.gone", "op": "empty"}]}
    keep_favourite(crm, director, "clients", "Old", state, is_default=True)
    page = web.client.get("/clients/", follow_redirects=True).get_data(as_text=True)
    assert "properties.gone" in page
    assert "Alba" in page


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_favourite_needs_a_name(web, name):
    assert web.post("/clients/?all=1", {"action": "favourite", "name": name}).status_code == 422
    assert not Favourite.select().exists()


def test_columns_are_kept_per_user(web, crm, make, director):
    make.client("Alba", owner=director, city="Tirana", tax_number="L1")
    web.post(
        "/clients/?all=1", {"action": "columns", "path": ["tax_number", "owner.team", "name", "deals", "nonsense"]}
    )
    assert columns_of(crm, director, CLIENTS) == ("name", "tax_number", "owner.team")
    page = web.text("/clients/")
    assert ">L1<" in page
    assert ">Tirana<" not in page
    assert columns_of(crm, make.user(), CLIENTS) == CLIENTS.columns
    web.post("/clients/?all=1", {"action": "columns-reset"})
    assert not ListColumns.select().exists()


def test_parts_for_choosing_answer(web, make, director):
    make.deal("One", owner=director, client=make.client("Alba", owner=director))
    assert "Owner" in web.text("/deals/?all=1&part=tree&use=filter")
    assert "Team" in web.text("/deals/?all=1&part=tree&use=group&at=owner")
    assert "Client → City" in web.text("/deals/?all=1&part=tree&use=filter&search=city")
    assert 'value="me"' in web.text("/deals/?all=1&part=field&field=owner")
    assert 'name="period"' in web.text("/deals/?all=1&part=field&field=opened_at")
    assert 'name="value2"' in web.text("/deals/?all=1&part=field&field=potential")
    assert "Alba" in web.text("/deals/?all=1&part=options&field=client&search=alb")
    assert 'value="columns-reset"' in web.text("/deals/?all=1&part=columns")
    assert "Dora Director" in web.text("/deals/?all=1&part=edit&field=owner")
    assert web.get("/deals/?part=nonsense").status_code == 404
    assert web.get("/deals/?all=1&part=field&field=nonsense").status_code == 422


def test_list_is_for_those_with_the_right(web, make, crm):
    from core.users.models import Role

    Role.update(permissions=[]).where(Role.key == "reader").execute()
    assert web.sign_in(make.user("reader")).get("/clients/").status_code == 403


def test_links_and_forms_of_a_list_bear_no_script_or_style(web, make):
    make.client("Alba")
    for url in ("/clients/", "/clients/?all=1&part=panel", "/clients/?all=1&part=columns", "/clients/?g=status"):
        page = web.text(url)
        assert not re.search(r'\s(style|on\w+|hx-on)=|javascript:|hx-vals="js', page)


def _many_clients(crm, make, count):
    from core.clients.models import Client
    from core.contacts import name_key

    now = crm.clock.now()
    common = {"kind": "company", "status": "active", "properties": {}, "created_at": now, "changed_at": now}
    names = [f"Client {number:05}" for number in range(count)]
    with crm.work():
        for at in range(0, count, 500):
            Client.insert_many(
                [{**common, "name": name, "name_key": name_key(name)} for name in names[at : at + 500]]
            ).execute()
