"""What rows are written with, against the slower ways that are plainly right."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from core.money import as_text, from_units
from core.store.fields import from_microseconds, to_microseconds
from core.web.rest.dump import _moment, money_text


@given(units=some.integers(-(10**18), 10**18), currency=some.sampled_from(["EUR", "ALL", "JPY", "KWD", "RUB"]))
def test_money_is_written_as_everywhere_else(units, currency):
    assert Decimal(money_text(units, currency)) == Decimal(as_text(from_units(units), currency))
    assert len(money_text(units, currency).partition(".")[2]) == len(
        as_text(from_units(units), currency).partition(".")[2]
    )


@given(some.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 - the zone follows
def test_moments_are_written_as_everywhere_else(moment):
    moment = moment.replace(tzinfo=UTC)
    assert _moment(to_microseconds(moment)) == from_microseconds(to_microseconds(moment)).isoformat()
