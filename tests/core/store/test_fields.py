"""Columns of our own."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deals.models import Deal
from core.store.fields import from_microseconds, money_sum, to_microseconds


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_moments_are_exact(moment):
    assert from_microseconds(to_microseconds(moment)) == moment


def test_a_moment_of_another_zone_is_the_same_moment():
    elsewhere = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert to_microseconds(elsewhere) == to_microseconds(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_naive_moment_is_a_mistake():
    with pytest.raises(TypeError):
        to_microseconds(datetime(2026, 1, 1))


def test_a_sum_of_money_is_money(make):
    make.deal(potential=Decimal("10.50"))
    make.deal(potential=Decimal("0.25"))
    assert Deal.select(money_sum(Deal.potential_base)).tuples().first()[0] == Decimal("10.75")


def test_a_sum_of_nothing_is_none(crm):
    assert Deal.select(money_sum(Deal.potential_base)).tuples().first() == (None,)
