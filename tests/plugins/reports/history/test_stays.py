"""The middle and the 80th of a hundred times are exact, however many were counted by rough buckets alone."""

import math
from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from plugins.reports.history.stays import BUCKET_US, LOST, PASSED, RETURNED, Left, Stays

CELL, OTHER = (1, 2, "Arta"), (1, 2, None)
TIMES = st.lists(st.integers(0, 6 * BUCKET_US), min_size=1, max_size=40)


def nearby(times: list[int], stays: Stays) -> Counter[int]:
    """Returns what the database answers: the times that lie in the buckets it is asked for."""
    wanted = {bucket for _stage, bucket in stays.wanted()}
    return Counter(time for time in times if time // BUCKET_US in wanted)


def ranked(times: list[int]) -> tuple[int, int]:
    return tuple(sorted(times)[math.ceil(len(times) * share) - 1] for share in (Fraction(1, 2), Fraction(4, 5)))


@given(TIMES, st.data())
def test_middles_are_those_of_all_times(times, data):
    stays = Stays()
    for time in times:
        stays.add(CELL, PASSED, time // BUCKET_US, 1)
    # Some are two stays of one deal, which count as a single one of both times.
    twice = times[: 2 * data.draw(st.integers(0, len(times) // 2))]
    summed = [one + other for one, other in zip(twice[::2], twice[1::2], strict=True)]
    for time in twice:
        stays.exchange(CELL, PASSED, time, -1, 0)
    for time in summed:
        stays.exchange(CELL, PASSED, time, 1, 0)
    found = stays.counted({CELL: nearby(times, stays)})[CELL]
    assert found[-2:] == ranked(times[len(twice) :] + summed)
    assert found.passed == len(times) - len(twice) // 2


def test_keys_are_counted_together_too():
    stays = Stays()
    stays.add(CELL, LOST, 0, 2)
    stays.add(OTHER, RETURNED, 3, 1)
    stays.exchange(OTHER, PASSED, 5, 1, 4)
    whole = stays.as_one()
    assert whole.counted({OTHER: Counter({1: 2, 3 * BUCKET_US: 1})}) == {OTHER: Left(4, 1, 2, 1, 5, 1, 3 * BUCKET_US)}
    assert whole.wanted() == {(2, 0), (2, 3)}


def test_a_time_that_was_moved_away_between_two_questions_is_taken_as_the_nearest():
    stays = Stays()
    stays.add(CELL, PASSED, 0, 5)
    assert stays.counted({CELL: Counter({7: 1})})[CELL][-2:] == (7, 7)
    assert stays.counted({})[CELL][-2:] == (None, None)
