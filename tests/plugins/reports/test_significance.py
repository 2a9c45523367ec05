"""Where a manager loses clearly more than the others."""

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.reports.funnel.significance import ENOUGH, Losses, chance_of, judge


def verdict(own: Losses, others: Losses):
    company = {"offer": Losses(own.n + others.n, own.lost + others.lost)}
    return judge({("offer", "me"): own}, company)["offer", "me"]


def test_clear_loss_is_marked():
    assert verdict(Losses(60, 40), Losses(400, 120)).is_worse


def test_small_number_is_not_judged():
    found = verdict(Losses(ENOUGH - 1, ENOUGH - 1), Losses(400, 10))
    assert (found.is_judged, found.is_worse, found.n) == (False, False, ENOUGH - 1)


def test_whoever_loses_less_is_not_marked():
    assert not verdict(Losses(200, 5), Losses(400, 200)).is_worse


def test_slight_difference_of_a_great_many_is_not_marked():
    assert not verdict(Losses(100_000, 21_000), Losses(1_000_000, 200_000)).is_worse


def test_chance_is_fishers():
    own, others = Losses(8, 6), Losses(12, 3)
    exact = sum(comb(9, k) * comb(11, 8 - k) for k in range(6, 9)) / comb(20, 8)
    assert chance_of(own, others) == pytest.approx(exact)


def test_luck_alone_marks_hardly_anybody():
    rnd = random.Random(7)
    marked = 0
    for _table in range(40):
        cells = {("s", name): Losses(60, sum(rnd.random() < 0.3 for _ in range(60))) for name in range(50)}
        company = {"s": Losses(3000, sum(one.lost for one in cells.values()))}
        marked += any(one.is_worse for one in judge(cells, company).values())
    assert marked <= 5


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 4000), st.integers(0, 4000))
def test_a_tail_that_is_cut_short_is_still_too_likely(n, lost, others_n, others_lost):
    own, others = Losses(n, min(n, lost)), Losses(others_n, min(others_n, others_lost))
    whole, cut = chance_of(own, others), chance_of(own, others, 0.05)
    assert cut == whole or (cut > 0.05 and whole > 0.05)
