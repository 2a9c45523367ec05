"""The three reports as people meet them: their numbers, forms, links, refusals, and the nightly check."""

import json
import subprocess
import sys
from decimal import Decimal

import pytest

from core.api import InvalidInput, speaking
from core.testing import PASSWORD
from plugins.reports.forecast import kept
from plugins.reports.forecast.learning import KIND, find_basis, start_check
from plugins.reports.output.forms import MEDIA_TYPES, write
from tests.core.web.visitor import Visitor
from tests.plugins.reports.base import generate
from tests.plugins.reports.base import write as write_base

NAMES = ("forecast", "forecast-check", "seasonality")


@pytest.fixture
def visitor(crm, make):
    return Visitor(crm).sign_in(make.user("director", password=PASSWORD))


@pytest.fixture
def checked(crm, base):
    """Returns the job that checked the forecast over the base's months."""
    job = start_check(crm)
    crm.jobs.run_waiting()
    return crm.jobs.get(job.id)


@pytest.mark.parametrize("name", NAMES)
def test_empty_base_is_answered(crm, report, name):
    assert report(name).is_empty
    for form in ("table", "json", "csv", "xlsx"):
        assert write(report(name), form).content


@pytest.mark.parametrize("name", NAMES)
def test_every_form_is_written(crm, base, report, name):
    document = report(name)
    for form in MEDIA_TYPES:
        assert write(document, form).content, form


def test_stages_add_up_to_the_whole_and_to_the_open_funnel(base, report):
    data, funnel = report("forecast").data, report("funnel-open").data
    rows, totals = data["rows"], data["totals"]
    assert sum(row["count"] for row in rows) == totals["count"] == funnel["totals"]["count"]
    assert sum(row["potential"] for row in rows) == funnel["totals"]["potential"]
    assert float(sum(row["expected_income"] for row in rows)) == pytest.approx(float(totals["open_income"]), abs=1)
    parts = totals["won_amount"] + totals["open_income"] + totals["new_income"]
    assert parts == pytest.approx(totals["expected_income"], abs=Decimal("0.02"))
    assert totals["low"] <= totals["high"]


def test_same_question_has_the_same_answer(base, report):
    assert report("forecast", period="next_quarter").data == report("forecast", period="next_quarter").data


def test_seller_sees_the_forecast_of_own_deals_and_no_sums_of_the_company(crm, base, checked, report):
    seller = base.users["Arta"]
    own = report("forecast", user=seller).data["totals"]
    assert own["count"] == report("funnel-open", user=seller).data["totals"]["count"]
    assert 0 < own["count"] < report("forecast").data["totals"]["count"]
    card = report("forecast-check", user=seller)
    assert {name for row in card.data["rows"] for name in row} <= {"month", "error", "within"}
    assert "months" not in {chart.key for chart in card.charts}


@pytest.mark.parametrize("language", ["en", "sq", "ru"])
def test_sentence_that_begins_with_a_month_begins_with_a_capital(base, report, language):
    with speaking(language):
        document = report("forecast")
    assert document.summary[0][0].isupper()
    assert document.subtitle[0].isupper()


def test_filter_and_type_narrow_the_forecast(base, report):
    whole = report("forecast").data["totals"]["count"]
    narrow = report("forecast", type="Sale", owner="Vera").data
    assert {row["type"] for row in narrow["rows"]} == {"Sale"}
    assert 0 < narrow["totals"]["count"] < whole


WRONG = [
    ({"period": "last_month"}, "This period is over"),
    ({"from_": "2025-01-01"}, "both ends"),
    ({"from_": "2040-01-01", "to": "2040-02-01"}, "two years ahead"),
    ({"method": "dice"}, "is not a value of"),
    ({"from_": "soon"}, "is not a day"),
]


@pytest.mark.parametrize(("params", "sentence"), WRONG)
def test_wrong_question_is_refused_in_a_sentence(base, report, params, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        report("forecast", **params)


def test_short_history_says_what_is_missing_and_leaves_it_to_the_template(crm, report):
    write_base(crm, generate(40))
    document = report("forecast")
    assert document.data["method"] == "template"
    assert any("too short" in sentence and "are missing" in sentence for sentence in document.summary)


def test_night_job_keeps_statistics_and_card_with_progress(crm, checked, report):
    assert (checked.state, checked.progress) == ("done", 100)
    made_at = kept.find_kept(crm, kept.CARD).made_at
    assert made_at == crm.clock.now()
    card = report("forecast-check")
    assert any("Last checked on" in sentence for sentence in card.summary)
    assert any("Checked over" in sentence for sentence in report("forecast").summary)
    assert card.data["totals"]["months"] == len(find_basis(crm).months) == len(card.data["rows"])
    assert [row["method"] for row in card.data["methods"]] == ["own", "template", "four_rates", "naive_bayes"]
    for row in card.data["methods"]:
        assert 0 <= row["brier"] <= 1 if row["deals"] else row["brier"] is None


def test_check_is_begun_once_at_a_time(crm, base):
    assert start_check(crm).id == start_check(crm).id


def test_statistics_of_the_night_give_the_forecast_of_the_spot(crm, checked, report):
    of_the_night = report("forecast").data["totals"]
    kept.Kept.delete().where(kept.Kept.kind == kept.MODEL).execute()
    on_the_spot = report("forecast").data["totals"]
    assert float(of_the_night["open_income"]) == pytest.approx(float(on_the_spot["open_income"]), rel=0.05)


def test_check_tells_what_it_would_have_found_without_putting_months_right(crm, checked, report):
    card = report("forecast-check")
    assert any("Without that: sums" in note.words for note in card.notes)
    assert card.data["correction"] == kept.find_kept(crm, kept.CARD).body["correction"]


def test_card_of_long_ago_stays_shown_with_its_date(crm, checked, report):
    crm.clock.advance(days=10)
    with speaking("en"):
        assert report("forecast-check").data["made_at"] == kept.find_kept(crm, kept.CARD).made_at.isoformat()


def test_months_in_which_nothing_was_won_prove_nothing(crm, checked, report):
    body = kept.find_kept(crm, kept.CARD).body
    nothing = dict.fromkeys(("expected", "brought", "low", "high", "wins", "expected_wins"), 0)
    body["months"] = [{**month, **nothing} for month in body["months"]]
    body["scores"] = {name: {**score, "count": 0, "log_loss": 0.0} for name, score in body["scores"].items()}
    kept.keep(crm, kept.CARD, body)
    card = report("forecast-check")
    assert any("Nothing was won" in sentence for sentence in card.summary)
    assert not any("most exact" in sentence for sentence in card.summary)
    assert card.data["totals"]["bias"] is card.data["totals"]["log_loss"] is None


def test_seasons_say_how_many_months_are_missing(base, report):
    document = report("seasonality")
    months = document.data["totals"]["months"]
    assert document.data["totals"]["missing_months"] == 24 - months
    assert any("two years" in sentence for sentence in document.summary)


def test_pages_open_and_their_numbers_lead_to_deals(crm, checked, visitor):
    page = visitor.get("/reports/forecast")
    assert page.status_code == 200
    assert "in 8 of 10 cases" in page.text
    assert "/deals/?f=" in page.text
    card = visitor.get("/reports/forecast-check")
    assert "Check now" in card.text
    assert "Ways to count" in card.text


def test_check_is_begun_on_its_page(crm, base, visitor):
    assert "Not checked yet" in visitor.get("/reports/checking/").text
    visitor.post("/reports/checking/")
    assert "Waiting for the worker" in visitor.get("/reports/checking/progress").text
    assert crm.jobs.run_waiting() >= 1
    assert visitor.htmx("/reports/checking/progress").headers.get("HX-Redirect", "").endswith("/forecast-check")
    assert crm.jobs.get(1).kind == KIND
    assert "Last checked on" in visitor.get("/reports/checking/").text


def test_web_process_never_loads_numpy():
    code = (
        "import sys, plugins.reports.hooks, plugins.reports.pages, plugins.reports.registry, plugins.reports.api_v1;"
        "print(sorted({'numpy', 'pandas', 'scipy', 'statsmodels'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_json_of_the_card_is_plain(crm, checked, report):
    data = json.loads(write(report("forecast-check"), "json").content)
    assert {"report", "params", "rows", "totals", "methods", "calibration"} <= set(data)
