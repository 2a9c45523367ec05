"""On the real opportunities: learned from the first half, the later half is guessed better than by the three others."""

import csv
from datetime import date

import numpy as np
import pytest

from plugins.reports.forecast.bounds import BAYES, FOUR_RATES, METHODS, OWN, TEMPLATE
from plugins.reports.forecast.engine.history import DAY, NO_STAGE, WON, Template, read_history
from plugins.reports.forecast.engine.model import Standing, chances, learn
from plugins.reports.forecast.engine.scores import Score, score

NAME = "data/excel_and_sales/crm_sales_opportunities_{}.csv"
STATES = {"Won": 2, "Lost": 3, "In_Progress": 0}


def read(path) -> list[dict]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def numbers(rows, column) -> list[int]:
    known = {value: place for place, value in enumerate(sorted({row[column] for row in rows}), 1)}
    return [known[row[column]] for row in rows]


def moment(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days * DAY if text else -1


def scores_of_the_later_half(shared) -> dict[str, Score]:
    """Returns the scores of each method on the deals opened in the later half, known at their beginning alone."""
    rows = sorted(read(shared / NAME.format("sales_pipeline")), key=lambda row: row["created_on"])
    prices = {
        row["product"]: round(float(row["sales_price"]) * 10_000) for row in read(shared / NAME.format("products"))
    }
    one = [1] * len(rows)
    deals = {
        "id": range(1, len(rows) + 1), "type_id": one, "version_id": one, "owner": numbers(rows, "sales_agent"),
        "client": numbers(rows, "account"), "source": numbers(rows, "product"),
        "state": [STATES[row["deal_stage"]] for row in rows], "opened": [moment(row["created_on"]) for row in rows],
        "closed": [moment(row["close_date"]) for row in rows], "potential": [prices[row["product"]] for row in rows],
        "amount": [-1] * len(rows),
    }  # fmt: skip
    visits = {name: [] for name in ("deal", "stage", "entered", "left", "outcome")}
    history = read_history({"deals": deals, "visits": visits}, [Template(1, 1, (), ())])
    known = history.deals
    closed = np.flatnonzero(known.state >= WON)
    split = float(np.median(known.opened[closed]))
    later = closed[known.opened[closed] >= split]
    standing = Standing(
        known.id[later], known.type_id[later], known.version_id[later], np.full(len(later), NO_STAGE),
        known.owner[later], known.client[later], known.source[later], known.potential[later], np.zeros(len(later)),
    )  # fmt: skip
    guess = chances(learn(history, split), standing, ())
    outcome = (known.state[later] == WON).astype(float)
    return {name: score(guess.ever[name], outcome) for name in METHODS}


@pytest.mark.shared
def test_later_half_is_guessed_better_than_by_the_three_others(shared):
    found = scores_of_the_later_half(shared)
    assert found[OWN].count == 4_973
    for other in (TEMPLATE, FOUR_RATES, BAYES):
        assert found[OWN].log_loss < found[other].log_loss, other
        assert found[OWN].brier < found[other].brier, other
