"""What earlier months missed puts the next one right, as far as they know it, and by nothing that came later."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.reports.forecast.bounds import OWN
from plugins.reports.forecast.engine.check import Month, check
from plugins.reports.forecast.engine.correcting import Correction, Guessed, Misses, level, width
from plugins.reports.forecast.engine.factors import expit, logit
from plugins.reports.forecast.engine.history import LOST, NONE, WON
from plugins.reports.forecast.engine.scores import score
from plugins.reports.forecast.engine.simulation import Range
from tests.plugins.reports.forecast.made import DAYS, make

OPEN = np.full(60_000, np.nan)


def guesses(count: int, base: float, slope: float, seed: int = 1) -> tuple[Misses, np.ndarray, np.ndarray]:
    """Returns what became of guesses whose true chances are known, half of the deals closed on day 1, half on day 9."""
    rng = np.random.default_rng(seed)
    said = rng.uniform(0.02, 0.98, count)
    true = expit(base + slope * logit(said))
    how = np.where(rng.random(count) < true, WON, LOST)
    when = np.where(rng.random(count) < 0.5, 1.0, 9.0)
    return Misses([Guessed(np.arange(count), said, how, when)]), said, true


@pytest.mark.parametrize(("base", "slope"), [(0.5, 0.6), (-0.7, 1.0), (0.0, 1.6)])
def test_chances_that_are_wrong_by_a_rule_are_put_right_to_within_noise(base, slope):
    misses, said, true = guesses(8_000, base, slope)
    right = misses.correction(10.0, OPEN).ever(said)
    assert np.abs(right - true).max() < 0.05
    won = (misses.guessed[0].how == WON).astype(float)
    before, after = score(said, won), score(right, won)
    noise = sum(np.sqrt(one.count * one.said * (1 - one.said)) for one in after.tenths) / after.count
    assert after.error < 1.5 * noise < before.error
    assert after.log_loss < before.log_loss


@pytest.mark.parametrize("seed", range(6))
def test_few_deals_and_right_chances_change_nothing_that_counts(seed):
    few = guesses(12, 0.5, 0.6, seed)[0].correction(10.0, OPEN)
    right = guesses(3_000, 0.0, 1.0, seed)[0].correction(10.0, OPEN)
    said = np.linspace(0.02, 0.98, 50)
    assert np.abs(few.ever(said) - said).max() < 0.1
    assert np.abs(right.ever(said) - said).max() < 0.05


def test_deals_that_are_lost_at_once_do_not_speak_for_those_still_open():
    """Lost deals are closed on day 1, won ones only on day 9: on day 5 the open ones count by today's chance."""
    misses, said, _true = guesses(6_000, 0.0, 1.0)
    one = misses.guessed[0]
    when = np.where(one.how == LOST, 1.0, 9.0)
    still = np.where(when > 5, 1.0, np.nan)
    known = Misses([replace(one, when=when)])
    assert known.correction(5.0, still).ever(said) == pytest.approx(said, abs=0.05)
    assert known.correction(5.0, np.full(6_000, np.nan)).ever(said).mean() < said.mean() - 0.1


def test_what_came_later_is_not_known():
    misses, _said, _true = guesses(4_000, 0.9, 0.5)
    one = misses.guessed[0]
    changed = Misses([replace(one, how=np.where(one.when > 5, NONE, one.how))])
    assert misses.correction(5.0, OPEN) == changed.correction(5.0, OPEN)


def test_levels_follow_many_months_and_hardly_one():
    assert level([]) == 1.0
    assert level([(50.0, 60)] * 24) == pytest.approx(1.2, abs=0.03)
    assert 1.0 < level([(5.0, 6)]) < 1.05
    assert level([(50.0, 100), (50.0, 0)] * 12) == pytest.approx(1.0, abs=0.01)


def test_range_is_made_as_wide_as_months_need():
    assert width([]) == pytest.approx(1.0, abs=0.05)
    assert width([2.0] * 40) > 1.5
    assert width([0.1] * 40) < 0.7
    assert Correction(width=2.0).range(Range(4.0, 10.0, 12.0)) == Range(0.0, 10.0, 14.0)


@given(st.floats(0.2, 3), st.floats(-2, 2), st.floats(0.25, 2), st.floats(0, 1), st.floats(0, 1))
def test_chances_stay_chances_and_keep_their_order(speed, base, slope, low, high):
    low, high = sorted((low, high))
    correction = Correction(base, slope, speed)
    for right in (correction.ever, correction.spread):
        first, last = right(np.array([low, high]))
        assert 0 <= first <= last <= 1
    assert correction.spread(np.array([0.0, 1.0])) == pytest.approx([0, 1])


@pytest.mark.parametrize(("deals", "managers", "seed"), [(3_000, 0.5, 1), (3_000, 0.0, 5)])
def test_back_test_is_less_biased_and_nearer_to_its_promise_than_before(deals, managers, seed):
    made = make(deals, managers=managers, seed=seed)
    months = [Month(start, 30, made.standing(start)) for start in np.arange(90, DAYS - 30, 30.0)]
    card = check(made.history, months, DAYS, lambda done, of: None)
    came = sum(month["brought"] for month in card["months"])
    bias, coverage = {}, {}
    for name, of in (("before", lambda month: month["before"]), ("after", lambda month: month)):
        bias[name] = abs(sum(of(month)["expected"] for month in card["months"]) / came - 1)
        held = [of(month)["low"] <= month["brought"] <= of(month)["high"] for month in card["months"]]
        coverage[name] = abs(np.mean(held) - 0.8)
    assert bias["after"] < bias["before"]
    assert coverage["after"] <= coverage["before"]
    own = card["scores"][OWN]
    noise = sum(np.sqrt(one["count"] * one["said"] * (1 - one["said"])) for one in own["tenths"]) / own["count"]
    assert own["error"] < 1.5 * noise
    assert own["log_loss"] < card["before"]["log_loss"] + 0.002
