"""What a reader counts of the past is what the reader may open today: each number is as long as its list."""

import random
import re

import pytest

from core.api import speaking
from core.deals.services import hand_over, move
from core.testing import PASSWORD
from plugins.reports.document import COUNT
from plugins.reports.registry import make_report
from tests.core.web.visitor import Visitor
from tests.plugins.reports.base import generate, write
from tests.plugins.reports.lists import listed

PERIODS = {
    "flow": (("from", "2025-03-01"), ("to", "2026-01-01")),
    "conversion": (("from", "2025-03-01"), ("to", "2026-01-01")),
    "bridge": (("from", "2025-06-02"), ("to", "2025-09-01")),
}
LOOKED_AT = 7


@pytest.mark.parametrize(("name", "seed"), [("flow", 3), ("conversion", 4), ("bridge", 5)])
def test_numbers_of_the_past_are_as_long_as_their_lists(crm, make, name, seed):
    base, chance = generate(90, seed), random.Random(seed)
    write(crm, base)
    readers = [base.users["Arta"], head_of(crm, make, base, "Besnik"), make.user("director"), make.user("reader")]
    for reader in readers:
        for by in ("", "owner", "team"):
            told = numbers(crm, reader, name, by)
            assert told, (name, by)
            for number, link in chance.sample(told, min(LOOKED_AT, len(told))):
                assert listed(crm, reader, link) == number, (reader.role.key, by, link)


def head_of(crm, make, base, name):
    """Returns the head of the team of somebody."""
    return make.user("head", team=base.users[name].team, password=PASSWORD)


def numbers(crm, reader, name, by="", period=()) -> list[tuple[int, str]]:
    with speaking("en"):
        made = make_report(crm, reader, name, (*(period or PERIODS[name]), ("by", by)))
    columns = [(table, one.key) for table in made.tables for one in table.columns if one.kind == COUNT]
    return [
        (abs(row.values[key]), row.links[key])
        for table, key in columns
        for row in table.rows
        # How often deals were sent back is no number of deals.
        if row.values.get(key) and row.links.get(key) and key != "returns"
    ]


def test_page_of_a_head_lists_as_many_as_the_number_says(crm, make):
    base = generate(60, 5)
    write(crm, base)
    head = head_of(crm, make, base, "Arta")
    visitor = Visitor(crm).sign_in(head)
    for name in PERIODS:
        number, link = max(numbers(crm, head, name))
        said = re.search(r"(\d+) records?", visitor.get(f"/deals/?{link}").text)
        assert said, (name, link)
        assert int(said[1]) == number, (name, link)


def test_deal_handed_over_counts_for_nobody_who_does_not_see_it(crm, make, report):
    giver, taker = make.user("seller"), make.user("seller")
    deal = make.deal(owner=giver)
    second = report("flow").data["rows"][1]["stage"]
    move(crm, deal, second)
    assert report("flow", user=giver).data["totals"]["passed"] == 1
    hand_over(crm, deal, taker)
    # The one sees it no more, the other did not lead it then; who sees all still counts it as the first one's.
    assert [report("flow", user=one).data["totals"]["passed"] for one in (giver, taker)] == [0, 0]
    rows = report("flow", by="owner").data["rows"]
    assert [row["owner"] for row in rows if row["passed"]] == [giver.name]


def test_bridge_of_who_gave_a_deal_away_tells_nothing_of_it(crm, make, report):
    giver, taker = make.user("seller"), make.user("seller")
    deal = make.deal(owner=giver)
    crm.clock.advance(days=9)
    hand_over(crm, deal, taker)
    told = {one: report("bridge", user=one).data["totals"] for one in (giver, taker)}
    assert (told[giver]["opening"], told[giver]["given"], told[giver]["closing"]) == (0, 0, 0)
    assert (told[taker]["opening"], told[taker]["received"], told[taker]["closing"]) == (0, 1, 1)
