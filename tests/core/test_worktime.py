"""Working time: what limits in working days and hours come to, over nights, weekends, holidays and changed clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.worktime import Calendar, add_working_time, put_off, working_seconds
from core.worktime_settings import GROUP, calendar_of, read_minutes

TIRANE = ZoneInfo("Europe/Tirane")
PLAIN = Calendar(UTC)
CALENDARS = st.builds(
    Calendar,
    st.sampled_from([UTC, TIRANE, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 11 * 60),
    st.integers(12 * 60, 24 * 60),
    st.sampled_from(["", "AL", "US"]),
    st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=5),
    st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=5),
)
# Around the days in March, April, October and November when clocks change.
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 3, 5), datetime(2026, 4, 10)),
    st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 9)),
).map(lambda moment: moment.replace(tzinfo=UTC))
HOURS = st.integers(0, 90)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-06-15 12:00", {"hours": 2}, "2026-06-15 14:00"),
        ("2026-06-15 17:00", {"hours": 2}, "2026-06-16 10:00"),
        ("2026-06-19 17:00", {"hours": 2}, "2026-06-22 10:00"),
        ("2026-06-20 11:00", {"hours": 9}, "2026-06-22 18:00"),
        ("2026-06-15 12:00", {"days": 1}, "2026-06-16 18:00"),
        ("2026-06-19 12:00", {"days": 1}, "2026-06-22 18:00"),
        ("2026-06-20 12:00", {"days": 1}, "2026-06-22 18:00"),
        ("2026-06-20 12:00", {"days": 0}, "2026-06-22 18:00"),
    ],
)
def test_limit_ends_in_working_time(start, limit, end):
    assert add_working_time(PLAIN, at(start), **limit) == at(end)


def test_hour_that_the_clock_skips_is_not_worked():
    night = Calendar(TIRANE, frozenset(range(7)), 0, 24 * 60)
    midnight = datetime(2026, 3, 29, tzinfo=TIRANE)
    assert working_seconds(night, midnight, midnight + timedelta(days=1)) == 23 * 3600


@given(CALENDARS, MOMENTS, HOURS)
@settings(max_examples=150, deadline=None)
def test_hours_that_were_added_are_counted_again(calendar, start, hours):
    end = add_working_time(calendar, start, hours=hours)
    assert end >= start
    assert working_seconds(calendar, start, end) == hours * 3600
    assert is_in_working_time(calendar, end)


@given(CALENDARS, MOMENTS, st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_limit_in_days_ends_with_the_work_of_the_last_of_them(calendar, start, days):
    end = add_working_time(calendar, start, days=days)
    first, last = (moment.astimezone(calendar.zone) for moment in (start, end - timedelta(seconds=1)))
    between = [first.date() + timedelta(days=n) for n in range(1, (last.date() - first.date()).days + 1)]
    assert calendar.hours_of(last.date())[1] == end
    assert sum(map(calendar.is_working, between)) in (days, 1 if days == 0 else days)


@given(CALENDARS, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
@settings(max_examples=100, deadline=None)
def test_working_time_of_parts_makes_the_whole(calendar, moments):
    first, middle, last = (moment.replace(microsecond=0) for moment in moments)
    parts = working_seconds(calendar, first, middle) + working_seconds(calendar, middle, last)
    assert parts == working_seconds(calendar, first, last)


@given(CALENDARS, MOMENTS, HOURS, HOURS)
@settings(max_examples=100, deadline=None)
def test_pause_puts_a_deadline_off_by_what_was_left(calendar, start, before, pause):
    due = add_working_time(calendar, start, hours=before)
    resumed = start + timedelta(hours=pause)
    assert working_seconds(calendar, resumed, put_off(calendar, due, start, resumed)) == before * 3600 or due <= start


def is_in_working_time(calendar, moment):
    day = moment.astimezone(calendar.zone).date()
    around = (calendar.hours_of(day + timedelta(days=n)) for n in (-1, 0, 1))
    return any(times and times[0] <= moment <= times[1] for times in around)


def test_holidays_and_own_days_are_free(crm):
    crm.settings.save(
        GROUP,
        {"country": "AL", "free_days": "2026-06-16\n2026-06-17", "working_days": "2026-11-28", "weekdays": [0, 1]},
    )
    calendar = calendar_of(crm)
    free = [date(2026, 6, 16), date(2026, 6, 17), date(2026, 6, 20), date(2026, 12, 8)]
    assert [day for day in free if calendar.is_working(day)] == []
    assert calendar.is_working(date(2026, 11, 28))
    assert calendar.is_working(date(2026, 6, 15))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"weekdays": []}, "weekdays"),
        ({"work_from": "25:00"}, "work_from"),
        ({"work_from": "10:00", "work_to": "09:00"}, "work_to"),
        ({"free_days": "tomorrow"}, "free_days"),
        ({"country": "ZZ"}, "country"),
    ],
)
def test_wrong_working_time_is_refused_by_field(crm, values, field):
    with pytest.raises(InvalidInput) as refused:
        crm.settings.save(GROUP, values)
    assert list(refused.value.fields) == [field]


def test_midnight_may_end_a_day():
    assert (read_minutes("00:00"), read_minutes("24:00")) == (0, 1440)
