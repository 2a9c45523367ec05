"""The arithmetic of the funnel, without a database."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.reports.funnel.closed import count_closed, whole
from plugins.reports.funnel.counts import FINAL, VISITED, Group
from plugins.reports.funnel.ladders import Ladder, Step, make_frames, merged_order
from plugins.reports.funnel.open import Group as OpenGroup
from plugins.reports.funnel.open import count_open


def ladder(version_id: int, *stages: int, type_id: int = 1, number: int = 1, chance: int = 50) -> Ladder:
    return Ladder(version_id, type_id, f"Type {type_id}", number, tuple(Step(s, f"S{s}", chance) for s in stages))


def closed(*groups, ladders=None, counting=FINAL, is_joined=False):
    return count_closed(
        make_frames(ladders or [ladder(1, 10, 20, 30)], is_joined=is_joined),
        [Group(*group) for group in groups],
        counting=counting,
    )


def cells(funnel, *names):
    return [tuple(getattr(row, name) for name in names) for row in funnel.rows]


def test_lost_deal_reached_its_stage_and_all_before_it():
    funnel = closed((1, 1, "lost", 0b011, None, 1, 1, 500, None))
    assert cells(funnel, "reached", "passed", "lost") == [(1, 1, 0), (1, 0, 1), (0, 0, 0)]


def test_won_deal_passed_every_stage_of_its_version():
    funnel = closed((1, 0, "won", 0b001, None, 2, 2, 500, 400))
    assert cells(funnel, "reached", "passed", "lost", "skipped") == [(2, 2, 0, 0), (2, 2, 0, 2), (2, 2, 0, 2)]
    assert (funnel.totals.won, funnel.totals.won_amount) == (2, 400)


def test_conversion_leaves_out_who_skipped_and_is_null_where_nobody_stood():
    funnel = closed(
        (1, 2, "won", 0b101, None, 3, 3, 0, 0),
        (1, 2, "lost", 0b101, None, 1, 1, 0, None),
    )
    assert [row.conversion for row in funnel.rows] == [1.0, None, 0.75]


def test_visited_counts_only_where_deals_stood():
    funnel = closed((1, 2, "won", 0b101, None, 3, 3, 0, 0), counting=VISITED)
    assert cells(funnel, "reached", "passed", "skipped") == [(3, 3, 0), (0, 0, 0), (3, 3, 0)]


def test_type_without_stages_has_one_row():
    funnel = closed(
        (1, None, "won", 0, None, 2, 2, 0, 0), (1, None, "lost", 0, None, 3, 3, 0, None), ladders=[ladder(1)]
    )
    assert cells(funnel, "stage", "reached", "passed", "lost", "skipped", "conversion") == [(None, 5, 2, 3, 0, 0.4)]


def test_stage_added_later_changes_no_old_figure():
    old, new = ladder(1, 10, 30), ladder(2, 10, 20, 30, number=2)
    before = closed((1, 1, "lost", 0b11, None, 4, 4, 0, None), ladders=[old])
    after = closed((1, 1, "lost", 0b11, None, 4, 4, 0, None), ladders=[old, new])
    kept = [(row.stage, row.reached, row.lost) for row in after.rows if row.stage != "S20"]
    assert kept == [(row.stage, row.reached, row.lost) for row in before.rows]
    assert next(row.reached for row in after.rows if row.stage == "S20") == 0


def test_types_stay_apart_until_joined_by_the_names_of_stages():
    ladders = [ladder(1, 10, 20), ladder(2, 20, 30, type_id=2)]
    groups = [(1, 1, "won", 3, None, 1, 1, 0, 0), (2, 1, "won", 3, None, 1, 1, 0, 0)]
    assert cells(closed(*groups, ladders=ladders), "stage", "reached") == [
        ("S10", 1),
        ("S20", 1),
        ("S20", 1),
        ("S30", 1),
    ]
    joined = closed(*groups, ladders=ladders, is_joined=True)
    assert cells(joined, "stage", "reached") == [("S10", 1), ("S20", 2), ("S30", 1)]


def test_order_of_stages_follows_the_newest_version():
    assert merged_order([[1, 2, 3], [1, 4, 3], [5, 1]]) == [5, 1, 4, 2, 3]


def test_missing_potential_is_counted():
    funnel = closed((1, 0, "lost", 1, None, 5, 3, 700, None))
    assert (funnel.totals.no_potential, funnel.totals.lost_potential) == (2, 700)


def test_chance_to_win_is_the_product_to_the_end():
    one = Ladder(1, 1, "T", 1, (Step(1, "A", 50), Step(2, "B", 40), Step(3, "C", 100)))
    assert [one.chance_from(place) for place in range(3)] == [Fraction(1, 5), Fraction(2, 5), Fraction(1)]


def test_deals_on_hold_stand_apart():
    frames = make_frames([ladder(1, 10, 20)])
    groups = [OpenGroup(1, 0, False, None, 4, 4, 1000), OpenGroup(1, 0, True, None, 9, 9, 9000)]
    funnel = count_open(frames, groups, {})
    assert (funnel.rows[0].count, funnel.totals.count, funnel.totals.on_hold) == (4, 4, 9)
    assert funnel.totals.expected_income == Fraction(250)


STAGES = [10, 20, 30, 40]
GROUPS = st.lists(
    st.builds(
        Group,
        version_id=st.just(1),
        state=st.sampled_from(["won", "lost"]),
        place=st.integers(0, 3),
        stood_at=st.integers(0, 15),
        key=st.sampled_from(["a", "b", None]),
        deals=st.integers(1, 50),
        priced=st.just(1),
        potential=st.integers(0, 10**9),
        amount=st.integers(0, 10**9),
    ),
    max_size=30,
)


@given(GROUPS)
def test_funnel_never_widens(groups):
    funnel = closed(*groups, ladders=[ladder(1, *STAGES)])
    for key in {row.key for row in funnel.rows}:
        rows = [row for row in funnel.rows if row.key == key]
        assert all(row.reached == row.passed + row.lost for row in rows)
        for row, following in zip(rows, rows[1:], strict=False):
            assert following.reached == row.passed
            assert following.reached_potential == row.passed_potential
        assert rows[-1].passed == funnel.by_key[key].won if key in funnel.by_key else not groups


@given(GROUPS)
def test_parts_equal_the_whole(groups):
    frames = make_frames([ladder(1, *STAGES)])
    by_key = count_closed(frames, groups)
    without = count_closed(frames, [group._replace(key=None) for group in groups])
    assert whole(by_key.rows) == without.rows
    assert by_key.totals == without.totals


@pytest.mark.parametrize("place", [None, 7, -1])
def test_place_beyond_the_ladder_loses_no_deal(place):
    funnel = closed((1, place, "lost", 0, None, 3, 3, 0, None))
    assert sum(row.lost for row in funnel.rows) == 3
