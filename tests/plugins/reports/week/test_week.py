"""The page that a director reads on Monday, and who needs help."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.reports.document import Document
from plugins.reports.week.helping import HANG, IDLE, LOSE, Standing, who_needs_help

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
    assert [row.values for row in week.tables[0].rows] == [row.values for row in bridge.tables[0].rows]


def test_the_week_of_one_type_is_about_its_deals_alone(report, base):
    assert figures(report("week", type="Sale"))["closing"] == figures(report("bridge", type="Sale"))["closing"]


def test_a_seller_reads_of_own_deals_alone(report, make, base):
    seller = make.user("seller")
    week = report("week", user=seller)
    assert figures(week)["closing"] == 0
    assert "help" not in {table.key for table in week.tables}


def test_the_week_of_an_empty_base_is_empty(report):
    assert report("week").is_empty
