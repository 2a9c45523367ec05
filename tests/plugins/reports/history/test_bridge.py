"""The bridge between two days against a recount deal by deal, what its parts open, and its pure ledger."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api import InvalidInput
from core.deals.services import hand_over
from plugins.reports.history.bridge import (
    CLOSED,
    CLOSING,
    HELD,
    IN,
    LOST,
    OPENING,
    OUTSIDE,
    PARTS,
    UNBORN,
    WON,
    Change,
    Ledger,
    Side,
)
from plugins.reports.registry import make_report
from tests.plugins.reports.recount import standing
from tests.plugins.reports.test_links import found

FIRST, LAST = "2025-06-02", "2025-09-01"  # midnight in Tirana, two hours before that of UTC
SINCE, UNTIL = (datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=2) for day in (FIRST, LAST))


def recount(base) -> dict:
    """Returns {(type, stage): {part: [deals, money]}} without signs, told deal by deal."""
    rows: dict = defaultdict(lambda: defaultdict(lambda: [0, Decimal(0)]))

    def add(deal, stage, part):
        rows[deal.type, stage][part][0] += 1
        rows[deal.type, stage][part][1] += deal.worth or 0

    for deal in base.deals:
        before, after = standing(deal, SINCE), standing(deal, UNTIL)
        is_closed = deal.closed_at is not None and SINCE < deal.closed_at <= UNTIL
        if before is None and after is None and not is_closed:
            continue
        last = after or deal.spans[-1]
        here = before or last
        if before and not before[5]:
            add(deal, before[0], "opening")
        elif before is None:
            add(deal, here[0], "came")
        if before and before[0] != last[0]:
            add(deal, before[0], "left")
            add(deal, last[0], "arrived")
        if after and not after[5]:
            add(deal, after[0], "closing")
        elif is_closed:
            add(deal, last[0], deal.state)
        elif after and after[5] and not (before and before[5]):
            add(deal, after[0], "held")
    return rows


def value_of(row, part) -> list:
    return [row[part], row[f"{part}_potential"]]


def test_bridge_equals_recount(base, report):
    data = report("bridge", from_=FIRST, to=LAST).data
    expected = recount(base)
    for row in data["rows"]:
        cell = expected[row["type"], row["stage"]]
        for part, sign in (("opening", 1), ("closing", 1), ("came", 1), ("won", -1), ("lost", -1), ("held", -1)):
            assert value_of(row, part) == [sign * number for number in cell[part]], (row["stage"], part)
        arrived = [row[f"moved_on_in{end}"] + row[f"moved_back_in{end}"] for end in ("", "_potential")]
        left = [row[f"moved_on_out{end}"] + row[f"moved_back_out{end}"] for end in ("", "_potential")]
        assert arrived == cell["arrived"]
        assert left == [-number for number in cell["left"]]
    assert {(row["type"], row["stage"]) for row in data["rows"]} >= {key for key, cell in expected.items() if cell}
    assert data["totals"]["won"] < 0
    assert data["totals"]["moved_on_in"] > 0


def assert_adds_up(row) -> None:
    still = ("grew", "shrank", "hands")
    assert row["opening"] + sum(row[part] for part in PARTS if part not in still) == row["closing"]
    sums = [row[f"{part}_potential"] for part in PARTS if part != "hands"]
    assert row["opening_potential"] + sum(sums) == row["closing_potential"]


@pytest.mark.parametrize("by", ["", "owner", "team", "source", "month"])
def test_every_row_adds_up_from_opening_to_closing(base, report, by):
    data = report("bridge", from_=FIRST, to=LAST, by=by).data
    for row in (*data["rows"], data["totals"]):
        assert_adds_up(row)
    whole = report("bridge", from_=FIRST, to=LAST).data["totals"]
    assert [data["totals"][end] for end in ("opening", "closing")] == [whole["opening"], whole["closing"]]


def test_ends_are_the_open_funnels_of_these_days(base, report):
    data = report("bridge", from_=FIRST, to=LAST).data
    for part, day in (("opening", "2025-06-01"), ("closing", "2025-08-31")):
        stood = report("funnel-open", as_of=day).data["rows"]
        told = {(row["type"], row["stage"]): value_of(row, part) for row in data["rows"]}
        for row in stood:
            assert told[row["type"], row["stage"]] == [row["count"], row["potential"]]


def test_every_number_opens_its_deals(crm, base):
    document = make_report(crm, None, "bridge", [("from", FIRST), ("to", LAST), ("by", "owner"), ("type", "Sale")])
    cells = [(row, part, query) for row in document.tables[1].rows for part, query in row.links.items()]
    assert len(cells) > 50
    for row, part, query in cells[:: len(cells) // 25]:
        assert found(crm, query) == abs(row.values[part]), part


def test_owner_who_handed_over_gives_and_the_other_takes(crm, make, report):
    anna, ben = make.user(), make.user()
    deal = make.deal(owner=anna, potential=Decimal(100))
    crm.clock.advance(days=8)
    hand_over(crm, deal, ben)
    whole = report("bridge").data["totals"]
    assert (whole["opening"], whole["hands"], whole["closing"]) == (1, 1, 1)
    mine = report("bridge", by="owner").data["rows"]
    given = [row for row in mine if row["owner"] == anna.name and row["opening"]]
    taken = [row for row in mine if row["owner"] == ben.name and row["closing"]]
    assert (given[0]["given"], given[0]["closing"]) == (-1, 0)
    assert (taken[0]["received"], taken[0]["opening"]) == (1, 0)
    only_ben = report("bridge", owner=ben.name).data["totals"]
    assert (only_ben["opening"], only_ben["received"], only_ben["closing"]) == (0, 1, 1)


def test_empty_base_has_an_empty_bridge(crm, report):
    assert report("bridge").is_empty


def test_days_to_come_and_rows_that_overlap_are_refused(crm, report):
    with pytest.raises(InvalidInput):
        report("bridge", from_="2099-01-01")


SIDES = st.builds(
    Side,
    st.sampled_from([IN, HELD, WON, LOST, OUTSIDE]),
    st.tuples(st.just(1), st.integers(1, 4)),
    st.integers(0, 3),
    st.sampled_from(["a", "b"]),
    st.integers(1, 2),
    st.none() | st.integers(0, 9),
)
BEFORE = SIDES.filter(lambda side: side.what in (IN, HELD, OUTSIDE)) | st.sampled_from([Side(UNBORN), Side(CLOSED)])


@given(st.lists(st.tuples(BEFORE, SIDES), max_size=12))
def test_ledger_adds_up_whatever_happens(pairs):
    ledger = Ledger()
    ledger.changed(Change(number, *pair) for number, pair in enumerate(pairs))
    for cells in (*ledger.cells.values(), ledger.whole()):
        for name in ("count", "money"):
            parts = {part: getattr(cell, name) for part, cell in cells.items()}
            opening, closing = parts.pop(OPENING, 0), parts.pop(CLOSING, 0)
            assert opening + sum(parts.values()) == closing
    whole = ledger.whole()
    assert sum(before.what == IN for before, _after in pairs) == (whole[OPENING].count if OPENING in whole else 0)
