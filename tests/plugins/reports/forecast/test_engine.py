"""What the engine says is true where the truth is known: chances, times, ranges, and the scores of all four methods."""

import numpy as np
import pytest

from plugins.reports.forecast.bounds import FOUR_RATES, METHODS, OWN, TEMPLATE
from plugins.reports.forecast.engine.arrivals import arriving, opened_before
from plugins.reports.forecast.engine.check import Month, check
from plugins.reports.forecast.engine.factors import learn_factors
from plugins.reports.forecast.engine.history import LOST, NONE, WON, Template, read_history
from plugins.reports.forecast.engine.keeping import from_plain, to_plain
from plugins.reports.forecast.engine.model import chances, learn
from plugins.reports.forecast.engine.scores import score
from plugins.reports.forecast.engine.simulation import Arriving, simulate, simulated_sums
from tests.plugins.reports.forecast.made import DAYS, TRUE, make

NOW = 700.0
EMPTY = {
    "deals": {
        name: [] for name in "id type_id version_id owner client source state opened closed potential amount".split()
    },
    "visits": {name: [] for name in "deal stage entered left outcome".split()},
}


@pytest.fixture(scope="module")
def made():
    return make(30_000, managers=0.5)


def test_without_history_the_template_decides():
    history = read_history(EMPTY, [Template(1, 1, (1, 2, 3), (0.5, 0.4, 0.9))])
    model = learn(history, NOW)
    fresh = model.outlook(1).ever[:, 0]
    assert fresh == pytest.approx([0.5 * 0.4 * 0.9, 0.4 * 0.9, 0.9], abs=1e-6)


def test_few_deals_draw_the_template_a_little_and_many_replace_it():
    wrong = (0.9, 0.9, 0.9, 0.9, 0.9)
    few, many = (learn(make(size, said=wrong).history, NOW).outlook(1).ever[0, 0] for size in (20, 20_000))
    template, truth = np.prod(wrong), np.prod(TRUE)
    assert truth < few < template
    assert many == pytest.approx(truth, abs=0.01)


def test_chances_are_the_true_ones_within_noise(made):
    standing = made.standing(NOW)
    guess = chances(learn(made.history, NOW), standing, (30,))
    truth = made.truth(standing)
    missed = {name: float(np.sqrt(np.mean((guess.ever[name] - truth) ** 2))) for name in METHODS}
    assert missed[OWN] < 0.06
    assert missed[OWN] == min(missed.values())


def test_calibrated_error_is_within_noise(made):
    standing = made.standing(NOW)
    guess = chances(learn(made.history, NOW), standing, (30,)).ever[OWN]
    how = made.outcome(standing, NOW)
    known = how != NONE
    found = score(guess[known], (how[known] == WON).astype(float))
    assert found.count > 900
    noise = [one.count * np.sqrt(one.said * (1 - one.said) / one.count) for one in found.tenths]
    assert found.error < 1.5 * sum(noise) / found.count
    for one in found.tenths:
        assert abs(one.said - one.was) < 3.5 * np.sqrt(one.said * (1 - one.said) / one.count) + 0.01


def test_time_is_that_of_the_stages(made):
    standing = made.standing(NOW)
    guess = chances(learn(made.history, NOW), standing, (10, 30, 60))
    deals = made.history.deals
    place = standing.id - 1
    for days in (10, 30, 60):
        won = ((deals.state[place] == WON) & (deals.closed[place] < NOW + days)).sum()
        assert guess.within(OWN, days).sum() == pytest.approx(won, abs=4 * np.sqrt(won))


def test_deals_that_come_later_are_expected_as_they_came_before():
    made = make(20_000)
    model = learn(made.history, NOW)
    new = arriving(model.outlook(90), opened_before(made.history, NOW), 0, 90)
    deals = made.history.deals
    came = ((deals.opened > NOW) & (deals.state == WON) & (deals.closed < NOW + 90)).sum()
    assert sum(one.wins for one in new) == pytest.approx(came, rel=0.12)


def test_property_that_tells_nothing_changes_nothing():
    rng = np.random.default_rng(1)
    manager, won = rng.integers(0, 50, 4_000), rng.random(4_000) < 0.3
    half = np.full(4_000, 0.3)
    found = learn_factors(half, won, {"owner": manager}, np.array([]), half)
    assert np.abs(found.factors["owner"].effects).max() < 0.12


def test_value_that_stands_far_out_is_believed_and_the_others_are_not():
    rng = np.random.default_rng(2)
    client = rng.integers(0, 80, 6_000)
    won = np.where(client == 0, 0.01, 0.6) > rng.random(6_000)
    level = np.full(6_000, won.mean())
    found = learn_factors(level, won, {"client": client}, np.array([]), level)
    effects = found.factors["client"].effects
    assert effects[0] < -2
    assert np.abs(effects[1:]).max() < 1


def test_kept_model_says_the_same(made):
    model = learn(made.history, NOW)
    standing = made.standing(NOW)
    again = from_plain(to_plain(model), model.templates)
    for name in METHODS:
        kept, fresh = (chances(one, standing, (30,)).ever[name] for one in (again, model))
        assert kept == pytest.approx(fresh, abs=0.01)


def test_same_question_has_the_same_answer_and_the_range_holds_what_it_promises():
    rng = np.random.default_rng(3)
    chance, worth = rng.random(400) * 0.5, rng.integers(100, 10_000, 400).astype(float)
    new = [Arriving(12.0, np.array([500.0, 1_500.0]))]
    first, second = (simulate(chance, worth, new, 0.0) for _round in range(2))
    assert first == second
    truth = [
        (rng.random(400) < chance) @ worth + rng.choice(new[0].sums, rng.poisson(12)).sum() for _case in range(2_000)
    ]
    within = np.mean([first.low <= case <= first.high for case in truth])
    assert within == pytest.approx(0.8, abs=0.03)
    assert simulated_sums(chance, worth, new, 0.2).std() > simulated_sums(chance, worth, new, 0.0).std()


def test_back_test_prefers_the_own_statistics_and_covers_what_it_promises(made):
    months = [Month(start, 30, made.standing(start)) for start in np.arange(180, DAYS - 30, 60.0)]
    told = []
    card = check(made.history, months, DAYS, lambda done, of: told.append((done, of)))
    assert told[0] == (0, len(months))
    scores = {name: card["scores"][name]["log_loss"] for name in METHODS}
    assert card["best"] == OWN
    assert scores[OWN] < scores[TEMPLATE] < scores[FOUR_RATES]
    said, came = (sum(month[name] for month in card["months"]) for name in ("expected", "brought"))
    assert said == pytest.approx(came, rel=0.08)
    assert sum(month["low"] <= month["brought"] <= month["high"] for month in card["months"]) >= 0.6 * len(months)


def test_back_test_knows_nothing_of_what_came_later(made):
    """The forecast of a month is the same when everything after its beginning is cut out of the history."""
    start = 400.0
    deals, stays = made.history.deals, made.history.stays
    lost = np.isin(deals.state, (WON, LOST)) & (deals.closed > start)
    changed = made.history.__class__(
        deals.__class__(**{**vars(deals), "state": np.where(lost, LOST, deals.state)}),
        stays.__class__(
            **{**vars(stays), "exit": np.where((stays.left > start) & (stays.exit == WON), LOST, stays.exit)}
        ),
        made.history.states,
        made.history.templates,
    )
    standing = made.standing(start)
    before, after = (chances(learn(one, start), standing, (30,)) for one in (made.history, changed))
    for name in METHODS:
        assert np.array_equal(before.ever[name], after.ever[name]), name
