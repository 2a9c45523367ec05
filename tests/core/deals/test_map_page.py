"""The page of the live route map: each number opens the list of the deals that it counts."""

import re
from datetime import timedelta
from html import unescape

import pytest

from core.deals import services
from core.deals.models import Deal
from core.stages.services import publish


@pytest.fixture
def seller(make):
    return make.user("seller")


@pytest.fixture
def deal_type(make):
    return make.deal_type("Sale")


@pytest.fixture
def lived(crm, make, seller, deal_type):
    """Lets the type have two open deals, a late one, one on hold, one won and one lost."""

    def at(stage, title):
        deal = make.deal(title, deal_type=deal_type, owner=seller)
        return deal if stage == "Interest" else services.move(crm, deal, stage)

    at("Interest", "Fresh one")
    late = at("Offer", "Late one")
    Deal.update(late_at=crm.clock.now() - timedelta(days=1)).where(Deal.id == late.id).execute()
    services.hold(crm, at("Offer", "Held one"), crm.today() + timedelta(days=3))
    services.win(crm, at("Payment", "Won one"))
    services.lose(crm, at("Offer", "Lost one"), "Too expensive")


def titles(web, url):
    return set(re.findall(r"(\w+ one)", web.text(url)))


def test_every_number_of_a_stage_opens_its_list(web, seller, deal_type, lived):
    html = web.sign_in(seller).text(f"/deals/map?type={deal_type.id}")
    offer = next(part for part in html.split('<li class="way-stop')[1:] if ">Offer</span>" in part)
    links = [unescape(url) for url in re.findall(r'href="(/deals/\?[^"]+)"', offer)]
    assert [titles(web, url) for url in links] == [{"Late one"}, {"Won one"}, {"Lost one"}, {"Late one"}]
    assert "−1 · 50%" in offer
    assert "one late" in offer


def test_numbers_of_the_whole_open_their_lists(web, seller, deal_type, lived):
    html = web.sign_in(seller).text(f"/deals/map?type={deal_type.id}")
    legend = re.search(r'<p class="way-legend">.*?</p>', html, re.S)[0]
    links = [unescape(url) for url in re.findall(r'href="(/deals/\?[^"]+)"', legend)]
    assert [titles(web, url) for url in links] == [{"Fresh one", "Late one"}, {"Late one"}, {"Won one"}, {"Lost one"}]
    assert "One deal on hold" in html


def test_the_period_is_remembered_and_a_wrong_one_is_refused(web, seller, deal_type, lived):
    web.sign_in(seller)
    assert "−1 · 50%" not in web.text(f"/deals/map?type={deal_type.id}&period=last_month")
    assert "−1 · 50%" not in web.text("/deals/map")
    assert web.get("/deals/map?period=sometime").status_code == 422


def test_map_obeys_the_search_of_the_list(web, seller, deal_type, lived):
    web.sign_in(seller)
    assert "one open deal" in web.text(f"/deals/map?type={deal_type.id}&q=fresh")


def test_what_only_older_versions_have_stands_below(crm, web, seller, deal_type, lived):
    publish(crm, deal_type, ("Interest", "Payment"))
    html = web.sign_in(seller).text(f"/deals/map?type={deal_type.id}")
    assert "Stages that only older versions have" in html


def test_types_without_stages_have_no_map(web, make, seller):
    make.deal_type("Quick", mode="none")
    html = web.sign_in(seller).text("/deals/map")
    assert "Quick" not in html


def test_map_asks_at_most_15_times(web, seller, deal_type, lived, queries):
    web.sign_in(seller).text(f"/deals/map?type={deal_type.id}")
    with queries.at_most(15):
        web.text(f"/deals/map?type={deal_type.id}")
