"""What a page knows of a chart before it is drawn."""

from plugins.reports.charts.funnels import STEP, Bar, funnel_chart, least_height, named_bars


def bar(stage: str) -> Bar:
    return Bar(stage, 3, 2, "2", "", "", "")


def test_page_keeps_the_place_of_all_bars_free():
    assert least_height(funnel_chart([bar("Call"), bar("Offer")], "Passed", "Lost")) == 2 * STEP
    assert least_height(named_bars(["Anna", "Ben", "Cleo"], 20, [])) == 60


def test_chart_of_a_height_of_its_own_has_that_and_another_none():
    assert least_height({"height": 220}) == 220
    assert least_height({"layer": []}) == least_height({"height": {"step": 20}}) == 0
