"""When a schedule is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.reports.variants.calendar import DAY, EVERY, MONTH, WEEK, next_time

TIRANA = ZoneInfo("Europe/Tirane")


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "on_day", "hour", "after", "due"),
    [
        (DAY, 0, 8, at(2026, 6, 15, 5, 59), at(2026, 6, 15, 6)),
        (DAY, 0, 8, at(2026, 6, 15, 6), at(2026, 6, 16, 6)),
        (WEEK, 0, 8, at(2026, 6, 15, 12), at(2026, 6, 22, 6)),
        (WEEK, 4, 8, at(2026, 6, 15, 12), at(2026, 6, 19, 6)),
        (MONTH, 31, 8, at(2026, 2, 1), at(2026, 2, 28, 7)),
        (MONTH, 1, 8, at(2026, 12, 1, 12), at(2027, 1, 1, 7)),
        # The night in which clocks are put forward: two o'clock is three.
        (DAY, 0, 2, at(2026, 3, 28, 12), at(2026, 3, 29, 1)),
    ],
)
def test_a_schedule_is_due(every, on_day, hour, after, due):
    assert next_time(every, on_day, hour, TIRANA, after) == due


@given(
    st.sampled_from(list(EVERY)),
    st.integers(1, 6),
    st.integers(0, 23),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_time_is_later_and_never_far(every, on_day, hour, after):
    due = next_time(every, on_day, hour, TIRANA, after)
    assert after < due <= after + timedelta(days=33)
