"""Usual stays: learned from won deals alone, only where there are enough of them, the same on both databases."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deals import services
from core.process.usual import UsualStay, learn_usual_stays, summed_up, usual_stays_of


@pytest.fixture
def least(crm):
    """Lets two won deals be enough."""
    crm.settings.save("company", {"usual_least": 2})


@pytest.fixture
def win_after(crm, make):
    """Returns a function that makes a deal, leads it through the stages with so many days at each, and wins it."""

    def do(deal_type, *days, outcome="win"):
        deal = make.deal(deal_type=deal_type)
        for number, stay in enumerate(days):
            crm.clock.advance(days=stay)
            if number + 1 < len(days):
                services.move(crm, deal, ("Offer", "Payment")[number])
        return services.win(crm, deal) if outcome == "win" else services.lose(crm, deal, "Too expensive")

    return do


def seconds(days):
    return int(timedelta(days=days).total_seconds())


def test_half_and_four_fifths_of_the_won_deals_are_learned(crm, make, least, win_after):
    deal_type = make.deal_type()
    for days in (1, 2, 3, 4, 10):
        win_after(deal_type, days, 1)
    assert learn_usual_stays(crm) == 2
    found = list(usual_stays_of(deal_type.id).values())
    assert [(one.won, one.median_s, one.most_s) for one in found] == [
        (5, seconds(3), seconds(4)),
        (5, seconds(1), seconds(1)),
    ]
    assert found[0].learned_at == crm.clock.now()


def test_stays_of_one_deal_at_a_stage_count_together(crm, make, least):
    deal_type = make.deal_type()
    for _number in range(2):
        deal = make.deal(deal_type=deal_type)
        for days, stage in ((2, "Offer"), (1, "Interest"), (3, None)):
            crm.clock.advance(days=days)
            if stage:
                services.move(crm, deal, stage)
        services.win(crm, deal)
    learn_usual_stays(crm)
    assert {one.median_s for one in usual_stays_of(deal_type.id).values()} == {seconds(5), seconds(1)}


def test_lost_open_and_deleted_deals_teach_nothing(crm, make, least, win_after):
    deal_type = make.deal_type()
    win_after(deal_type, 1)
    win_after(deal_type, 1)
    win_after(deal_type, 50, outcome="lose")
    services.delete_deal(crm, win_after(deal_type, 70))
    make.deal(deal_type=deal_type)
    learn_usual_stays(crm)
    found = UsualStay.get()
    assert (found.won, found.most_s) == (2, seconds(1))


def test_too_few_won_deals_say_nothing_of_what_is_usual(crm, make, win_after):
    win_after(make.deal_type(), 1)
    learn_usual_stays(crm)
    assert (UsualStay.get().won, UsualStay.get().median_s, UsualStay.get().most_s) == (1, None, None)


def test_closed_deals_that_got_beyond_a_stage_are_counted(crm, make, least, win_after):
    deal_type = make.deal_type()
    win_after(deal_type, 1, 1, 1)
    win_after(deal_type, 1, 1, outcome="lose")
    learn_usual_stays(crm)
    assert sorted(one.passed for one in usual_stays_of(deal_type.id).values()) == [1, 1, 2]


def test_learning_again_forgets_what_is_not_so_any_more(crm, make, least, win_after):
    deal = win_after(make.deal_type(), 1)
    learn_usual_stays(crm)
    services.reopen(crm, deal)
    assert (learn_usual_stays(crm), UsualStay.select().count()) == (0, 0)


@given(st.lists(st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(0, 10**15)), max_size=60))
def test_shares_are_those_of_the_sorted_stays(rows):
    for one in summed_up(sorted(rows)):
        stays = sorted(stay for *key, stay in rows if key == [one.type_id, one.stage_id])
        assert one.won == len(stays)
        for value, share in ((one.median, 0.5), (one.most, 0.8)):
            assert sum(stay <= value for stay in stays) >= share * len(stays) - 1e-9
            assert sum(stay < value for stay in stays) < share * len(stays)
