"""The arithmetic of plans is exact, rounds up at the end alone, and loses nothing when it splits."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as some

from plugins.reports.plan import arithmetic
from plugins.reports.plan.arithmetic import Stays, Window

counts = some.integers(1, 10_000)
weights = some.lists(some.integers(0, 50), min_size=1, max_size=12)
days = some.lists(some.integers(0, 400), max_size=40).map(sorted)
MONDAY = date(2026, 11, 30)


def test_with_two_won_of_ten_ten_contracts_are_exactly_fifty_interested():
    assert arithmetic.needed(10, 10, 2) == 50


def test_what_is_not_whole_is_rounded_up():
    assert arithmetic.needed(Fraction(7, 2), 10, 3) == 12


@given(some.fractions(0, 500), counts, counts)
def test_needed_is_the_least_number_that_suffices(contracts, count, won):
    found = arithmetic.needed(contracts, count, won)
    assert found * Fraction(won, count) >= contracts > (found - 1) * Fraction(won, count) or found == contracts == 0


@given(some.fractions(0, 500), some.fractions(0, 500), counts, counts)
def test_more_contracts_never_need_less(one, other, count, won):
    less, more = sorted((one, other))
    assert arithmetic.needed(less, count, won) <= arithmetic.needed(more, count, won)


@given(some.integers(0, 500), weights)
def test_parts_add_up_to_the_whole_and_differ_from_the_exact_by_less_than_one(total, weights):
    parts = arithmetic.split(total, weights)
    whole = sum(weights)
    exact = [Fraction(total * one, whole) if whole else Fraction(total, len(weights)) for one in weights]
    assert sum(parts) == total
    assert all(abs(part - one) < 1 for part, one in zip(parts, exact, strict=True))


@given(some.lists(some.integers(0, 60), min_size=1, max_size=8), weights.filter(any))
def test_a_grid_keeps_its_rows_and_gives_nothing_where_nothing_weighs(rows, weights):
    cells = arithmetic.grid(rows, weights)
    assert [sum(row) for row in cells] == rows
    assert all(not cell for row in cells for cell, weight in zip(row, weights, strict=True) if not weight)


@given(some.lists(some.integers(0, 60), min_size=1, max_size=8), some.integers(1, 12))
def test_even_weeks_get_even_work(rows, columns):
    sums = [sum(column) for column in zip(*arithmetic.grid(rows, [1] * columns), strict=True)]
    assert max(sums) - min(sums) <= 1


@given(days, some.integers(0, 300), some.integers(0, 300), some.integers(0, 5), some.data())
def test_the_chance_is_the_share_of_those_still_open_that_were_won_in_time(closed, age, more, unfinished, data):
    won = [one for one in closed if data.draw(some.booleans())]
    still_open = sum(one > age for one in closed) + unfinished
    chance = Stays(won, closed, unfinished).chance(age, more)
    if not still_open:
        assert chance is None
    else:
        assert chance == Fraction(sum(age < one <= age + more for one in won), still_open)


@given(days.filter(len), some.fractions(0, 1))
def test_at_least_the_share_lies_within_the_middle(values, share):
    found = arithmetic.middle(values, share)
    assert sum(one <= found for one in values) >= share * len(values)


@given(some.integers(0, 400), some.integers(0, 200), some.integers(0, 200))
def test_a_window_begins_after_what_comes_before_and_leaves_time_for_what_follows(left, before, after):
    found = arithmetic.window(MONDAY, MONDAY + timedelta(days=left), before, after)
    assert found.first == MONDAY + timedelta(days=before)
    assert found.last == max(found.first, MONDAY + timedelta(days=left - after))


@given(some.integers(0, 100), some.integers(0, 100))
def test_the_days_of_a_window_lie_in_its_weeks(start, length):
    first = MONDAY + timedelta(days=start)
    one = Window(first, first + timedelta(days=length))
    assert sum(arithmetic.days_within(one, monday) for monday in arithmetic.weeks(first, one.last)) == one.days


def test_a_sum_is_as_many_contracts_as_have_brought_it():
    assert arithmetic.contracts_for(Fraction(1000), Fraction(600), 3) == 5
