"""Several people do something to one deal at the same moment: one of them does, the others are told."""

from core.deals import services
from core.deals.inspection import find_wrong_deals
from core.deals.models import Deal, StageVisit
from core.stages.services import usable_reasons
from tests.together import together

PEOPLE = 8


def test_one_of_many_moves_the_deal(crm, make):
    deal = make.deal()
    seen = [Deal.get_by_id(deal.id) for _ in range(PEOPLE)]
    told = together(crm, [lambda one=one: services.move(crm, one, "Offer") for one in seen])
    assert [bool(one) for one in told] == [False] + [True] * (PEOPLE - 1)
    assert StageVisit.select().where(StageVisit.deal == deal).count() == 2
    assert find_wrong_deals(crm) == []


def test_won_and_lost_at_once_is_one_of_them(crm, make):
    deal, reason = make.deal(), usable_reasons()[0]
    one, other = Deal.get_by_id(deal.id), Deal.get_by_id(deal.id)
    told = together(crm, [lambda: services.win(crm, one), lambda: services.lose(crm, other, reason)])
    assert [bool(one) for one in told] == [False, True]
    assert find_wrong_deals(crm) == []


def test_numbers_given_at_once_differ(crm, make):
    client, deal_type = make.client(), make.deal_type()
    opens = [lambda: services.open_deal(crm, title="Sale", client=client, deal_type=deal_type)] * PEOPLE
    assert together(crm, opens) == [""] * PEOPLE
    assert len({deal.number for deal in Deal.select()}) == PEOPLE
