"""The list of stage visits: each stay of a deal at a stage, which leads to the deal."""

from core.deals import moves
from core.deals.models import StageVisit


def test_each_stay_is_listed_and_leads_to_its_deal(crm, web, make):
    director = make.user("director")
    deal = make.deal(owner=director, title="Coffee for Mira")
    moves.move(crm, deal, "Offer")
    page = web.sign_in(director).text("/deals/visits")
    assert page.count("Coffee for Mira") >= 2
    visit = StageVisit.select().first()
    assert web.get(f"/deals/visits/{visit.id}").headers["Location"] == f"/deals/{deal.id}"


def test_a_seller_finds_those_of_own_deals(web, make):
    seller = make.user("seller")
    make.deal(owner=seller, title="Own deal")
    make.deal(owner=make.user("seller"), title="Hidden deal")
    page = web.sign_in(seller).text("/deals/visits")
    assert ("Own deal" in page, "Hidden deal" in page) == (True, False)
