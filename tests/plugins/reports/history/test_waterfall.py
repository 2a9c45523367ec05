"""The waterfall: where each bar begins and ends, and from where its axis runs."""

from plugins.reports.history.waterfall import Fall, waterfall_chart


def bars(*falls: Fall) -> list[tuple[float, float, str]]:
    chart = waterfall_chart(falls, "More", "Less", "Open")
    return [(one["from"], one["to"], one["kind"]) for one in chart["layer"][0]["data"]["values"]]


def test_each_step_begins_where_the_last_one_ended():
    falls = [Fall("a", 10, "10", is_total=True), Fall("b", 5, "+5"), Fall("c", -12, "-12")]
    assert bars(*falls, Fall("d", 3, "3", is_total=True)) == [
        (0, 10, "Open"), (10, 15, "More"), (3, 15, "Less"), (0, 3, "Open"),
    ]  # fmt: skip


def test_small_steps_of_much_are_seen():
    found = bars(Fall("a", 1000, "", is_total=True), Fall("b", 10, ""), Fall("c", 1010, "", is_total=True))
    assert found[1] == (1000, 1010, "More")
    assert found[0][0] == found[2][0] == 990


def test_nothing_at_all_is_drawn_too():
    assert bars(Fall("a", 0, "0", is_total=True)) == [(0, 0, "Open")]
