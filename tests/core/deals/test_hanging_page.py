"""The page of hanging deals: marks, one number for each manager, filters, what can be done, how often it asks."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest

from core.deals import services
from core.deals.models import Deal
from core.tasks.services import create_task


@pytest.fixture
def seller(make):
    return make.user("seller", name="Ana Kola")


@pytest.fixture
def head(make):
    return make.user("director")


def late(crm, deal, days=2):
    Deal.update(late_at=crm.clock.now() - timedelta(days=days)).where(Deal.id == deal.id).execute()
    return deal


def titles(html):
    return re.findall(r'class="hang-title"[^>]*>([^<]*)<', html)


def test_page_says_why_each_deal_hangs_the_gravest_first(crm, web, make, seller, head):
    make.deal("Cheap and idle", owner=seller, potential=Decimal(10))
    dear = late(crm, make.deal("Dear and late", owner=seller, potential=Decimal(9000)), days=7)
    create_task(crm, title="Call", deal=dear, user=seller)
    html = web.sign_in(head).text("/deals/hanging")
    assert titles(html) == ["Dear and late", "Cheap and idle"]
    first, second = html.split('<li class="hang-row">')[1:]
    assert "late by 5 days" in first
    assert "No next step</span>" not in first
    assert "No next step</span>" in second


def test_number_of_a_manager_narrows_the_page_and_widens_it_again(web, make, seller, head):
    make.deal("Mine", owner=seller)
    make.deal("Foreign", owner=make.user(name="Ben Hoxha"))
    html = web.sign_in(head).text("/deals/hanging")
    url = unescape(
        re.search(r'<a href="([^"]+)" data-list-go><span class="person">(?:(?!</a>).)*Ana Kola', html, re.S)[1]
    )
    narrowed = web.text(url)
    assert titles(narrowed) == ["Mine"]
    back = unescape(re.search(r'<a href="([^"]+)" data-list-go aria-current="true">', narrowed)[1])
    assert set(titles(web.text(back))) == {"Mine", "Foreign"}


def test_types_and_teams_are_filters_at_hand(crm, web, make, head):
    team, other = make.team("North"), make.team("South")
    make.deal("In the north", owner=make.user(team=team), deal_type=make.deal_type("Tender"))
    make.deal("In the south", owner=make.user(team=other))
    html = web.sign_in(head).text("/deals/hanging")
    for name in ("Tender", "North"):
        url = unescape(re.search(rf'href="([^"]+)" data-list-go>{name}<', html)[1])
        assert titles(web.text(url)) == ["In the north"]


def test_deals_on_hold_stand_apart(crm, web, make, seller):
    services.hold(crm, make.deal("Held", owner=seller), crm.today() + timedelta(days=3))
    html = web.sign_in(seller).text("/deals/hanging")
    assert titles(html) == []
    assert "One deal on hold" in html
    assert "Nothing hangs" in html


def test_what_can_be_done_stands_on_the_row_and_comes_back_here(crm, web, make, seller, head):
    late(crm, make.deal("Led", owner=seller, deal_type=make.deal_type(mode="process")))
    make.deal("By hand", owner=seller)
    html = web.sign_in(head).text("/deals/hanging")
    assert "Do the task" in html
    plan = unescape(re.search(r'hx-get="(/tasks/new[^"]+)"', html)[1])
    assert "next=/deals/hanging" in plan
    assert web.post(plan, {"title": "Call", "user": "", "due_at": ""}).headers["Location"].startswith("/deals/hanging")


def test_who_may_only_read_is_offered_nothing_to_do(web, make, seller):
    make.deal("Seen", owner=seller)
    html = web.sign_in(make.user("reader")).text("/deals/hanging")
    assert titles(html) == ["Seen"]
    assert "hang-acts" not in html


def test_pages_are_turned(web, make, seller):
    client = make.client(owner=seller)
    deal_type = make.deal_type()
    for number in range(45):
        make.deal(f"Deal {number}", owner=seller, client=client, deal_type=deal_type)
    web.sign_in(seller)
    first, second = (titles(web.text(f"/deals/hanging?p={number}")) for number in (1, 2))
    assert (len(first), len(second), set(first) & set(second)) == (40, 5, set())
    assert titles(web.text("/deals/hanging?p=999")) == second


def test_page_asks_at_most_15_times(web, make, seller, head, queries):
    for _number in range(5):
        make.deal(owner=seller)
    web.sign_in(head).text("/deals/hanging")
    with queries.at_most(15):
        web.text("/deals/hanging")
