"""The ticks of an axis: round, within what is drawn, and written as the reader's language writes numbers."""

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from core.api import format_percent, speaking
from plugins.reports.charts.funnels import on_paper
from plugins.reports.charts.ticks import number_axis
from plugins.reports.forecast.charts import Span, span_chart
from plugins.reports.output.paper import press


def words_of(axis: dict) -> list[str]:
    return re.findall(r'\? "(.*?)" :', axis["labelExpr"])


def test_ticks_speak_the_readers_language():
    with speaking("ru"):
        assert [one.replace("\u202f", " ") for one in words_of(number_axis([183_000]))] == [
            "0", "50 тыс.", "100 тыс.", "150 тыс.",
        ]  # fmt: skip
    with speaking("en"):
        assert words_of(number_axis([183_000])) == ["0", "50K", "100K", "150K"]
        assert words_of(number_axis([1], format_percent)) == ["0%", "20%", "40%", "60%", "80%", "100%"]


def test_counts_have_no_ticks_between_them_and_small_numbers_keep_their_digits():
    assert number_axis([2], least_step=1)["values"] == [0, 1, 2]
    assert words_of(number_axis([0.5])) == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]


@given(st.lists(st.floats(-1e12, 1e12).filter(lambda one: not one or abs(one) > 1e-3) | st.none(), max_size=5))
def test_few_ticks_lie_within_the_values_and_nought(values):
    axis = number_axis(values)
    known = [0, *(one for one in values if one is not None)]
    assert 1 <= len(axis["values"]) <= 9
    assert all(min(known) - 1e-9 <= one <= max(known) * (1 + 1e-9) + 1e-9 for one in axis["values"])
    assert all(math.isfinite(one) for one in axis["values"])


def test_paper_shows_the_words_of_the_ticks():
    with speaking("ru"):
        chart = span_chart([Span("март", 183_000, "")], said="")
        assert "150\u202fтыс." in press([on_paper(chart, width=400)]).decode()
