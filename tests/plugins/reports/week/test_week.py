"""The page that a director reads on Monday, and who needs help."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.testing import PASSWORD
from plugins.reports.document import Document
from plugins.reports.forecast.learning import start_check
from plugins.reports.plan.asking import ask
from plugins.reports.plan.report import PARAMETERS
from plugins.reports.plan.saving import save_plan
from plugins.reports.settings.parameters import read_settings
from plugins.reports.week.helping import HANG, IDLE, LOSE, Standing, who_needs_help
from plugins.reports.week.report import PARTS
from tests.core.web.visitor import Visitor

USUAL = [Standing(f"M{number}", 3, Decimal(100), 100, 60, 20) for number in range(5)]


def signs_of(standing):
    return {one.standing.name: one.signs for one in who_needs_help([*USUAL, standing])}["X"]


@pytest.mark.parametrize(
    ("standing", "signs"),
    [
        (Standing("X", 3, Decimal(100), 100, 60, 20), ()),
        (Standing("X", 9, Decimal(900), 100, 60, 20), (HANG,)),
        (Standing("X", 2, Decimal(900), 100, 60, 20), ()),
        (Standing("X", 3, Decimal(100), 100, 90, 20), (LOSE,)),
        (Standing("X", 3, Decimal(100), 4, 4, 20), ()),
        (Standing("X", 3, Decimal(100), 100, 60, 9), (IDLE,)),
        (Standing("X", 9, Decimal(900), 100, 90, 0), (LOSE, HANG, IDLE)),
    ],
)
def test_help_is_needed(standing, signs):
    assert signs_of(standing) == signs


@given(
    st.lists(
        st.builds(
            lambda hanging, money, closed, lost, talks: (hanging, Decimal(money), closed, min(lost, closed), talks),
            *[st.integers(0, 200)] * 5,
        ),
        max_size=12,
    )
)
def test_everybody_is_named_once_and_those_with_signs_first(facts):
    found = who_needs_help([Standing(str(number), *one) for number, one in enumerate(facts)])
    assert sorted(one.standing.name for one in found) == sorted(str(number) for number in range(len(facts)))
    assert [len(one.signs) for one in found] == sorted((len(one.signs) for one in found), reverse=True)


def figures(document: Document) -> dict:
    return {figure.key: figure.value for figure in document.figures}


def test_the_week_says_what_the_reports_say_that_it_is_made_of(report, base):
    week, bridge, hanging = report("week"), report("bridge"), report("hanging")
    said = figures(week)
    assert {
        key: figures(bridge)[key] for key in ("closing", "closing_potential", "won", "lost")
    }.items() <= said.items()
    assert said["hanging"] == figures(hanging)["count"]
    changed = next(table for table in week.tables if table.key == "changed")
    assert [row.values for row in changed.rows] == [row.values for row in bridge.tables[0].rows]


def test_the_week_says_what_the_forecast_says_of_the_month_and_the_quarter(report, base):
    totals = report("week").data["totals"]
    assert totals["forecast"] == report("forecast").data["totals"]
    assert totals["quarter"] == report("forecast", period="this_quarter").data["totals"]
    assert figures(report("week"))["quarter"] == totals["quarter"]["expected_income"]


def keep_plan(crm, user):
    day = crm.today()
    pairs = [("contracts", "10"), ("from", str(day)), ("through", str(day + timedelta(days=60)))]
    asked = ask(crm, user, read_settings(crm, user, "plan", PARAMETERS, pairs, ()))
    return save_plan(crm, user, "Spring", asked, pairs, is_shared=True)


def test_the_plan_that_runs_stands_beside_what_was_done(crm, make, report, base):
    user = make.user("director")
    assert any("No plan is running" in str(note) for note in report("week").notes)
    plan = keep_plan(crm, user)
    week = report("week", user=user)
    assert figures(week)["contracts"] == plan.contracts
    assert any(sentence.startswith("Plan “Spring”: 0 of") for sentence in week.summary)
    assert {"plan-steps", "plan-managers"} <= {table.key for table in week.tables}
    crm.clock.advance(days=90)
    assert "contracts" not in figures(report("week", user=user))


def test_two_managers_of_one_name_are_told_apart():
    found = who_needs_help(
        [*USUAL, Standing("X", 3, Decimal(100), 100, 90, 20), Standing("X", 3, Decimal(100), 9, 1, 20)]
    )
    assert sorted(one.signs for one in found if one.standing.name == "X") == [(), (LOSE,)]


def test_every_number_of_a_manager_opens_its_deals(report, base):
    for row in next(table for table in report("week").tables if table.key == "help").rows:
        wanted = {key for key in ("hanging", "closed") if row.values[key]}
        assert wanted <= set(row.links), row.values["name"]


@pytest.fixture
def visitor(crm, base, make):
    return Visitor(crm).sign_in(make.user("director", password=PASSWORD))


def test_the_page_is_there_at_once_and_each_part_asks_little(crm, visitor, queries):
    start_check(crm)
    crm.jobs.run_waiting()
    visitor.get("/reports/week")
    with queries.at_most(8):
        page = visitor.get("/reports/week").text
    for part in PARTS:
        assert f"/reports/week/part/{part}" in page
        visitor.get(f"/reports/week/part/{part}")
        with queries.at_most(15):
            assert visitor.get(f"/reports/week/part/{part}").status_code == 200


def test_each_part_asks_little_before_the_forecast_was_ever_checked(crm, make, visitor, queries):
    keep_plan(crm, make.user("director"))
    visitor.get("/reports/week")
    for part in PARTS:
        visitor.get(f"/reports/week/part/{part}")
        with queries.at_most(15):
            assert visitor.get(f"/reports/week/part/{part}").status_code == 200


def test_a_part_knows_the_settings_of_its_page(visitor):
    whole, sale = (visitor.get(f"/reports/week/part/changed{more}").text for more in ("", "?type=Sale"))
    assert whole != sale
    assert "/reports/week/part/changed?type=Sale" in visitor.get("/reports/week?type=Sale").text
    assert visitor.get("/reports/week/part/nothing").status_code == 404


def test_the_week_of_one_type_is_about_its_deals_alone(report, base):
    assert figures(report("week", type="Sale"))["closing"] == figures(report("bridge", type="Sale"))["closing"]


def test_a_seller_reads_of_own_deals_alone(report, make, base):
    seller = make.user("seller")
    week = report("week", user=seller)
    assert week.is_empty
    assert "help" not in {table.key for table in week.tables}


def test_the_week_of_an_empty_base_is_empty(report):
    assert report("week").is_empty
