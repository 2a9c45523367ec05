"""The board's columns: chances, weighted sums, whose deals count."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from peewee import Value

from core.deals import services
from core.deals.columns import PAGE, chances_from, columns, first_cards, more_cards, running_versions
from core.deals.models import Deal
from core.errors import InvalidInput
from core.stages.services import ladders, publish
from core.users.access import visible_to

EVERY = Value(1) == 1


def steps_of(deal_type):
    return ladders([deal_type.published_version_id])[deal_type.published_version_id]


def test_chance_to_win_is_the_product_to_the_end():
    steps = [SimpleNamespace(probability=probability) for probability in (50, 80, 100)]
    assert chances_from(steps) == pytest.approx([0.4, 0.8, 1.0])


def test_weighted_is_the_potential_times_the_chance(crm, make):
    deal_type = make.deal_type(stages=("Payment", "Delivery"))
    make.deal(deal_type=deal_type, potential=Decimal(1000))
    column = columns(deal_type.published_version_id, steps_of(deal_type), EVERY)[0]
    assert column.weighted == Decimal(1000) * Decimal(str(column.chance))


def test_column_counts_only_what_the_user_may_see(crm, make):
    seller = make.user("seller")
    deal_type = make.deal_type()
    make.deal(deal_type=deal_type, owner=seller)
    make.deal(deal_type=deal_type, owner=make.user())
    shown = columns(deal_type.published_version_id, steps_of(deal_type), visible_to(seller, Deal.owner))
    assert [column.count for column in shown] == [1, 0, 0]


def test_type_without_stages_is_one_column_without_a_chance(make):
    deal_type = make.deal_type(mode="none")
    deals = [make.deal(deal_type=deal_type) for _ in range(PAGE + 2)]
    (column,) = columns(deal_type.published_version_id, [], EVERY)
    assert (column.count, column.chance, column.weighted) == (PAGE + 2, None, None)
    first = first_cards(deal_type.published_version_id, EVERY)[None]
    rest = more_cards(deal_type.published_version_id, None, EVERY, first.after)
    assert {card.id for card in (*first.shown, *rest.shown)} == {deal.id for deal in deals}


def test_cards_come_with_the_latest_arrival_first(crm, make):
    deal_type = make.deal_type()
    old, new = make.deal(deal_type=deal_type), make.deal(deal_type=deal_type)
    crm.clock.advance(hours=1)
    services.move(crm, old, "Offer")
    crm.clock.advance(hours=1)
    services.move(crm, new, "Offer")
    cards = first_cards(deal_type.published_version_id, EVERY)
    assert [card.id for card in cards[1].shown] == [new.id, old.id]
    assert 0 not in cards


@pytest.mark.parametrize("mark", ["", "x-1", "5", "5-x", "-"])
def test_mark_that_is_none_is_refused(make, mark):
    deal_type = make.deal_type()
    with pytest.raises(InvalidInput, match="reload the page"):
        more_cards(deal_type.published_version_id, 0, EVERY, mark)


def test_versions_that_open_deals_keep(crm, make):
    deal_type = make.deal_type(stages=("Payment",))
    make.deal(deal_type=deal_type)
    services.win(crm, make.deal(deal_type=deal_type))
    publish(crm, deal_type, ("Payment", "Delivery"))
    assert [(version.number, version.count) for version in running_versions(deal_type)] == [(1, 1)]
