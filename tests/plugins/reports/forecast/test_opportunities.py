"""On the real opportunities: learned from the first half, the later half is guessed better than by the three others."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from plugins.reports.forecast.bounds import BAYES, FOUR_RATES, METHODS, OWN, TEMPLATE
from plugins.reports.forecast.engine.history import DAY, NO_STAGE, WON, Template, read_history
from plugins.reports.forecast.engine.model import Standing, chances, learn
from plugins.reports.forecast.engine.scores import Score, score

DOCS = Path(__file__).resolve().parents[4] / "docs" / "forecast.md"
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


@pytest.fixture(scope="module")
def scores(shared) -> dict[str, Score]:
    return scores_of_the_later_half(shared)


@pytest.mark.shared
def test_later_half_is_guessed_better_than_by_the_three_others(scores):
    assert scores[OWN].count == 4_973
    for other in (TEMPLATE, FOUR_RATES, BAYES):
        assert scores[OWN].log_loss < scores[other].log_loss, other
        assert scores[OWN].brier < scores[other].brier, other


@pytest.mark.shared
@pytest.mark.parametrize(
    ("method", "words"),
    [(OWN, "**own statistics**"), (BAYES, "naive Bayes"), (FOUR_RATES, "mean of four rates"), (TEMPLATE, "template (")],
)
def test_docs_show_the_table_that_a_run_gives(scores, method, words):
    section = DOCS.read_text().partition("## On real data")[2]
    line = next(line for line in section.splitlines() if line.startswith(f"| {words}"))
    found = scores[method]
    said = [cell.strip(" *%") for cell in line.strip("|").split("|")[1:]]
    assert said == [f"{found.log_loss:.3f}", f"{found.brier:.3f}", f"{100 * found.error:.1f}"]
