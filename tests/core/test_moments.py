"""Days are read as machines and as people write them, and shown in the order of the reader's language."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import speaking
from core.moments import day_of, iso_day, local_moment_of, written_day


@pytest.mark.parametrize("text", ["2026-03-05", "05.03.2026", "5.3.2026", "05/03/2026", " 05.03.2026 "])
def test_a_day_is_read_in_each_form(text):
    assert day_of(text) == date(2026, 3, 5)


@pytest.mark.parametrize("text", ["", "31.02.2026", "03/25/2026", "2026", "yesterday", "5.3.26x", "00.01.2026"])
def test_nonsense_is_no_day_and_stays_as_it_is(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the text is all there is to say
        day_of(text)
    assert iso_day(text) == text


@pytest.mark.parametrize("text", ["2026-03-05T14:30", "2026-03-05 14:30", "05.03.2026 14:30", "5/3/2026 14:30:00"])
def test_a_moment_is_read_in_each_form(text):
    assert local_moment_of(text) == datetime(2026, 3, 5, 14, 30)  # noqa: DTZ001 - local, as it is typed


@pytest.mark.parametrize(("language", "words"), [("en", "05/03/2026"), ("sq", "05.03.2026"), ("ru", "05.03.2026")])
def test_a_day_is_written_in_the_readers_order(language, words):
    with speaking(language):
        assert written_day(date(2026, 3, 5)) == words


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)), st.sampled_from(["en", "sq", "ru"]))
def test_what_is_written_is_read_back(day, language):
    with speaking(language):
        assert day_of(written_day(day)) == day
