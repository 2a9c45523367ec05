"""The board by manager: sums of each, the most money first; lanes open by themselves and hold their own cards."""

import re
from decimal import Decimal

import pytest

from core.deals.columns import columns
from core.deals.lanes import NOBODY, lanes, owned_by, total
from core.deals.models import Deal
from core.deals.services import hold, move
from core.stages.types import ladders

EVERY = Deal.id.is_null(False)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def deal_type(make):
    return make.deal_type("Sale", stages=("Interest", "Offer", "Payment"))


@pytest.fixture
def ana(make):
    return make.user(name="Ana Hoxha")


@pytest.fixture
def ben(make):
    return make.user(name="Ben Leka")


@pytest.fixture
def boss(make):
    return make.user(role="director")


def lanes_of(deal_type):
    version = deal_type.published_version_id
    return lanes(version, ladders([version])[version], EVERY)


def test_lanes_sum_what_each_has_at_each_stage(crm, make, deal_type, ana, ben):
    first = make.deal(deal_type=deal_type, owner=ana, potential=Decimal(100))
    move(crm, first, "Offer")
    make.deal(deal_type=deal_type, owner=ana, potential=Decimal("50.50"))
    make.deal(deal_type=deal_type, owner=ben, potential=Decimal(900))
    make.deal(deal_type=deal_type, client=make.client(), potential=None)
    found = lanes_of(deal_type)
    assert [(one.owner_id, one.count, one.potential) for one in found] == [
        (ben.id, 1, 900),
        (ana.id, 2, Decimal("150.5")),
        (NOBODY, 1, 0),
    ]
    assert {place: cell.count for place, cell in found[1].cells.items()} == {0: 1, 1: 1}


def test_all_lanes_together_are_the_columns(crm, make, deal_type, ana, ben):
    for owner, potential in ((ana, 10), (ben, 20), (None, 30)):
        make.deal(deal_type=deal_type, client=make.client(), owner=owner, potential=Decimal(potential))
    held = make.deal(deal_type=deal_type, owner=ana)
    hold(crm, held, crm.today().replace(year=2027))
    version = deal_type.published_version_id
    whole = total(columns(version, ladders([version])[version], EVERY))
    found = lanes_of(deal_type)
    assert (sum(one.count for one in found), sum(one.potential for one in found)) == (3, 60)
    assert (whole.count, whole.potential, whole.weighted) == (3, 60, sum(one.weighted for one in found))


def test_lane_of_nobody_is_that_of_deals_without_owner(make, deal_type, ana):
    make.deal(deal_type=deal_type, owner=ana)
    orphan = make.deal(deal_type=deal_type, client=make.client())
    assert [one.id for one in Deal.select().where(owned_by(NOBODY))] == [orphan.id]


def test_board_by_manager_is_remembered_and_left_again(web, make, deal_type, ana, boss):
    make.deal(deal_type=deal_type, owner=ana)
    web.sign_in(boss)
    assert "Ana Hoxha" in web.text(f"/deals/board?type={deal_type.id}&by=owner")
    assert 'data-lane="' in web.text("/deals/board?q=")
    assert 'data-lane="' not in web.text("/deals/board?by=")
    assert 'data-lane="' not in web.text("/deals/board")


def test_lane_brings_its_own_cards_only_and_a_drop_counts_within_it(web, make, deal_type, ana, ben, boss):
    deal = make.deal("Ovens", deal_type=deal_type, owner=ana)
    make.deal("Chairs", deal_type=deal_type, owner=ben)
    version = deal_type.published_version_id
    web.sign_in(boss)
    text = web.text(f"/deals/board/lane?version={version}&lane={ana.id}")
    assert ("Ovens" in text, "Chairs" in text) == (True, False)
    stage = ladders([version])[version][1].stage_id
    url = f"/deals/{deal.id}/drop?lane={ana.id}"
    answer = web.post(url, {"stage": stage, "version": 1}, headers=HTMX).json
    assert [re.search(r'board-count num">([^<]*)<', answer["heads"][place])[1] for place in "01"] == ["0", "1"]
    assert "Ana Hoxha" in answer["lane"]


def test_seller_who_sees_only_own_deals_has_no_lanes(web, make, deal_type):
    seller = make.user(role="seller")
    seller.role.scope = "own"
    seller.role.save()
    make.deal(deal_type=deal_type, owner=seller)
    text = web.sign_in(seller).text(f"/deals/board?type={deal_type.id}&by=owner")
    assert "By manager" not in text
    assert 'data-lane="' not in text


def test_drop_that_asks_tells_its_dialog_with_the_way_back(web, make, boss):
    led = make.deal(deal_type=make.deal_type("Led", mode="process", stages=("Interest", "Offer")))
    stage = ladders([led.version_id])[led.version_id][1].stage_id
    values = {"stage": stage, "version": led.version, "next": "/deals/board?type=1"}
    answer = web.sign_in(boss).post(f"/deals/{led.id}/drop", values, headers=HTMX).json
    assert answer["ask"].startswith("/tasks/")
    assert "next=/deals/board" in answer["ask"]
    assert Deal.get_by_id(led.id).place == 0


def test_card_that_hangs_is_marked_with_the_reason(web, make, deal_type, boss):
    make.deal(deal_type=deal_type)
    assert 'title="No next step"' in web.sign_in(boss).text(f"/deals/board?type={deal_type.id}&by=")


@pytest.mark.parametrize("by", ["", "owner"])
def test_board_asks_the_database_at_most_fifteen_times(web, make, queries, deal_type, ana, ben, boss, by):
    for number in range(30):
        make.deal(deal_type=deal_type, owner=(ana, ben)[number % 2])
    web.sign_in(boss)
    url = f"/deals/board?type={deal_type.id}&by={by}"
    web.get(url)
    with queries.at_most(15):
        web.get(url)
