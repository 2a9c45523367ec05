"""The seasons of a history whose shape is known, of one that is just long enough, and of those that are too short."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from core.api import Deal, speaking
from core.deals.services import win
from plugins.reports.forecast.engine.seasons import AHEAD, YEAR, seasons
from plugins.reports.settings.periods import add_months

SHAPE = np.array([0.6, 0.7, 0.9, 1.0, 1.1, 1.2, 0.8, 0.7, 1.1, 1.2, 1.4, 1.3])


def history(months: int, *, growth: float = 0.01, noise: float = 0.08, seed: int = 1, shape=SHAPE) -> np.ndarray:
    """Returns what so many months brought, from a January on."""
    place = np.arange(months)
    level = 100_000 * (1 + growth) ** place
    return level * shape[place % YEAR] * np.exp(np.random.default_rng(seed).normal(0, noise, months))


def off(said, came) -> float:
    return float(np.mean(np.abs(np.asarray(said) - came)) / np.mean(came))


def test_seasonal_history_is_forecast_better_than_by_guessing_the_mean_or_the_year_before():
    errors, held = [], []
    for seed in range(6):
        whole = history(36 + AHEAD, seed=seed)
        past, came = whole[:36], whole[36:]
        answer = seasons(past)
        assert answer["is_multiplied"]
        assert answer["has_seasons"]
        assert np.corrcoef(answer["factors"], SHAPE)[0, 1] > 0.95
        guesses = (answer["expected"], past[-YEAR:], np.full(AHEAD, past[-YEAR:].mean()))
        errors.append([off(one, came) for one in guesses])
        held += [low <= fact <= high for low, fact, high in zip(answer["low"], came, answer["high"], strict=True)]
    own, year_before, mean = np.mean(errors, axis=0)
    assert own < year_before < mean
    assert own < 0.15
    assert 0.5 <= np.mean(held) <= 0.98


def test_history_without_seasons_shows_none():
    answer = seasons(history(36, growth=0, noise=0.3, shape=np.ones(YEAR)))
    assert not answer["has_seasons"]
    assert max(answer["expected"]) / min(answer["expected"]) < 1.3


def test_two_years_are_enough_and_months_without_money_do_no_harm():
    short = seasons(history(24))
    assert np.corrcoef(short["factors"], SHAPE)[0, 1] > 0.8
    closed_in_august = np.where(np.arange(36) % YEAR == 7, 0.0, history(36))
    answer = seasons(closed_in_august)
    assert not answer["is_multiplied"]
    assert np.argmin(answer["factors"]) == 7
    assert np.argmin(answer["expected"]) == 7
    for found in (short, answer):
        assert len(found["expected"]) == AHEAD
        assert all(0 <= a <= b <= c for a, b, c in zip(found["low"], found["expected"], found["high"], strict=True))


@pytest.fixture
def won_by_month(crm, make):
    """Returns the maker of a company that won one deal in each of so many months before this one, by their sums."""

    def write(sums) -> None:
        kind, client = make.deal_type("Sale"), make.client("Alba")
        this_month = crm.today().replace(day=1)
        for back, amount in enumerate(reversed([round(one) for one in sums]), 1):
            deal = make.deal(client=client, deal_type=kind, potential=Decimal(amount))
            win(crm, deal)
            closed_at = crm.day_start(add_months(this_month, -back)) + timedelta(days=14)
            Deal.update(closed_at=closed_at).where(Deal.id == deal.id).execute()

    return write


def test_three_years_are_shown_with_strong_and_weak_month_and_the_range(crm, won_by_month, report):
    won_by_month(history(36))
    document = report("seasonality")
    assert [row["month"] for row in document.data["rows"]][0] == f"{crm.today():%Y-%m}"
    assert document.data["totals"]["missing_months"] == 0
    assert "strongest month" in document.summary[1]
    (chart,) = document.charts
    assert document.data["rows"][0]["low"] < document.data["rows"][0]["expected"] < document.data["rows"][0]["high"]
    assert len(document.data["factors"]) == YEAR
    assert chart.description


def test_months_without_seasons_have_no_factors_in_any_form(won_by_month, report):
    won_by_month(history(24, growth=0, noise=0.3, shape=np.ones(YEAR)))
    data = report("seasonality").data
    assert (len(data["rows"]), data["factors"]) == (YEAR, [])
    assert {row["factor"] for row in data["rows"]} == {None}


@pytest.mark.parametrize(("months", "words"), [(23, "1 more is needed"), (5, "19 more are needed")])
def test_shorter_history_says_how_much_is_missing_and_shows_what_there_is(won_by_month, report, months, words):
    won_by_month(history(months))
    document = report("seasonality")
    assert words in document.summary[1]
    assert not document.data["rows"]
    assert len(document.data["past"]) == months


def test_company_that_never_won_says_so_in_every_language(crm, report):
    for language in ("en", "sq", "ru"):
        with speaking(language):
            assert report("seasonality").is_empty
