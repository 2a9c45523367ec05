"""Opening deals and changing their facts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.clients.models import Contact
from core.clients.properties import create_property
from core.deals import services
from core.deals.bulk import change_deals, delete_deals
from core.deals.models import Deal, DealPeriod
from core.deals.rates import set_rate
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from core.stages.services import change_deal_type
from core.store.audit import history


def test_owner_is_the_one_of_the_type_else_that_of_the_client(crm, make):
    type_owner, client_owner, chosen = make.user(), make.user(), make.user()
    client = make.client(owner=client_owner)
    with_owner = make.deal_type()
    change_deal_type(crm, with_owner, {"default_owner": type_owner})
    assert make.deal(client=client).owner_id == client_owner.id
    assert make.deal(client=client, deal_type=with_owner).owner_id == type_owner.id
    assert make.deal(client=client, deal_type=with_owner, owner=chosen).owner_id == chosen.id


def test_currency_is_that_of_the_type_else_the_company_s(crm, make):
    in_dollars = make.deal_type()
    change_deal_type(crm, in_dollars, {"currency": "usd"})
    assert make.deal(deal_type=in_dollars).currency == "USD"
    assert make.deal().currency == crm.currency


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"currency": "XXQ"}, "currency"),
        ({"potential": Decimal(-1)}, "potential"),
        ({"potential": Decimal("NaN")}, "potential"),
        ({"potential": Decimal(10) ** 20}, "potential"),
    ],
)
def test_deal_that_can_t_be_is_refused_by_its_field(crm, make, values, field):
    client, deal_type = make.client(), make.deal_type()
    with pytest.raises(InvalidInput) as refused:
        services.open_deal(crm, **{"title": "Sale", "client": client, "deal_type": deal_type, **values})
    assert field in refused.value.fields
    assert Deal.select().count() == 0


def test_deal_is_not_opened_in_the_future(crm, make):
    with pytest.raises(InvalidInput, match="in the future"):
        make.deal(opened_at=crm.clock.now() + timedelta(days=1))


def test_type_that_is_not_in_use_takes_no_new_deal(crm, make):
    deal_type = change_deal_type(crm, make.deal_type("Old sale"), {"is_used": False})
    with pytest.raises(InvalidInput, match="“Old sale” is not in use"):
        make.deal(deal_type=deal_type)


def test_contact_is_one_of_the_client(crm, make):
    stranger = Contact.create(client=make.client(), name="A", created_at=crm.clock.now(), changed_at=crm.clock.now())
    with pytest.raises(InvalidInput, match="no contact of the client"):
        make.deal(contact=stranger)


def test_new_client_takes_the_old_one_s_contact_away(crm, make):
    client = make.client()
    known = Contact.create(client=client, name="A", created_at=crm.clock.now(), changed_at=crm.clock.now())
    deal = make.deal(client=client, contact=known)
    services.change_deal(crm, deal, {"client": make.client()})
    assert deal.contact_id is None


def test_change_of_potential_cuts_the_period_and_prices_anew(crm, make):
    set_rate(crm, "USD", crm.today(), Decimal("0.5"))
    deal = make.deal(potential=Decimal(100), currency="USD")
    crm.clock.advance(days=1)
    services.change_deal(crm, deal, {"potential": Decimal(300)})
    kept = DealPeriod.select().where(DealPeriod.deal == deal).order_by(DealPeriod.from_at)
    assert [(one.potential_base, one.to_at is None) for one in kept] == [(50, False), (150, True)]


def test_change_of_title_does_not_cut_the_period(crm, make):
    deal = make.deal()
    crm.clock.advance(days=1)
    services.change_deal(crm, deal, {"title": "Other"})
    assert DealPeriod.select().where(DealPeriod.deal == deal).count() == 1


def test_lost_race_shows_both_values(crm, make):
    deal = make.deal("First")
    mine = Deal.get_by_id(deal.id)
    services.change_deal(crm, deal, {"title": "Theirs", "note": "x"})
    with pytest.raises(Conflict) as lost:
        services.change_deal(crm, mine, {"title": "Mine"})
    assert (lost.value.theirs, lost.value.mine) == ({"title": "Theirs"}, {"title": "Mine"})


def test_saving_what_is_there_is_no_change(crm, make):
    deal = make.deal("Same")
    services.change_deal(crm, deal, {"title": " Same "})
    assert deal.version == 1


def test_change_goes_into_the_history_with_both_values(crm, make):
    deal = make.deal("Before")
    services.change_deal(crm, deal, {"title": "After"})
    assert history("deal", deal.id)[0].changes == {"title": ["Before", "After"]}


def test_what_the_closing_froze_is_refused_and_the_rest_is_taken(crm, make):
    deal = services.win(crm, make.deal())
    with pytest.raises(InvalidInput, match="frozen") as refused:
        services.change_deal(crm, deal, {"potential": Decimal(1)})
    assert set(refused.value.fields) == {"potential"}
    assert services.change_deal(crm, deal, {"note": "Thanks"}).note == "Thanks"


def test_unknown_field_and_unknown_record_are_refused(crm, make):
    deal = make.deal()
    with pytest.raises(InvalidInput, match="“state”"):
        services.change_deal(crm, deal, {"state": "won"})
    with pytest.raises(InvalidInput, match="no such record"):
        services.change_deal(crm, deal, {"owner_id": 12345})


def test_properties_that_are_not_named_stay(crm, make):
    for name in ("Region", "Colour"):
        create_property(crm, entity="deal", name=name, kind="text")
    deal = make.deal(properties={"region": "North", "colour": "red"})
    services.change_deal(crm, deal, {"properties": {"region": "South"}})
    assert Deal.get_by_id(deal.id).properties == {"region": "South", "colour": "red"}


def test_unknown_property_is_refused(crm, make):
    with pytest.raises(InvalidInput, match="no property “region”"):
        make.deal(properties={"region": "North"})


def test_seller_sees_own_deals_only(crm, make):
    seller, other = make.user("seller"), make.user("seller")
    deal = make.deal(owner=other)
    with pytest.raises(NotFound):
        services.get_deal(crm, seller, deal.id)
    assert services.find_deal(seller, deal.number) is None
    assert services.find_deal(make.user("director"), deal.number) == deal


def test_deleted_deal_is_not_found(crm, make):
    director = make.user("director")
    deal = make.deal()
    services.delete_deal(crm, deal)
    with pytest.raises(NotFound):
        services.get_deal(crm, director, deal.id)


def test_many_are_handed_over_but_for_closed_and_unseen_ones(crm, make):
    head, new = make.user("director"), make.user()
    mine, closed = make.deal(), services.win(crm, make.deal())
    assert change_deals(crm, head, [mine.id, closed.id, 999], {"owner": new.id}) == 1
    assert Deal.get_by_id(mine.id).owner_id == new.id


def test_who_may_not_hand_over_changes_no_owner(crm, make):
    seller = make.user("seller")
    with pytest.raises(NotAllowed):
        change_deals(crm, seller, [make.deal(owner=seller).id], {"owner": seller.id})


def test_many_are_deleted_by_those_who_may(crm, make):
    deal = make.deal()
    with pytest.raises(NotAllowed):
        delete_deals(crm, make.user("seller"), [deal.id])
    assert delete_deals(crm, make.user("director"), [deal.id]) == 1
