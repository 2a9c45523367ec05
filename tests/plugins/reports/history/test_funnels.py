"""Both funnels on one page are the two funnels, and the cone before the first stage counts clients."""

from datetime import timedelta

from core.interactions.services import log_interaction
from tests.plugins.reports.test_links import found

PERIOD = {"from_": "2025-06-02", "to": "2025-09-01"}


def test_side_by_side_they_are_the_two_funnels(base, report):
    both = report("funnels", **PERIOD).data
    closed, opened = report("funnel-closed", **PERIOD).data, report("funnel-open").data
    told = {(row["type"], row["stage"]): row for row in both["rows"]}
    for data, names in ((closed, ("reached", "passed", "lost", "conversion")), (opened, ("count", "potential"))):
        assert data["rows"]
        for row in data["rows"]:
            assert [told[row["type"], row["stage"]][name] for name in names] == [row[name] for name in names]
    assert both["totals"]["won"] == closed["totals"]["won"]
    assert both["totals"]["open_count"] == opened["totals"]["count"]


def test_numbers_of_both_open_their_deals(crm, base, report):
    links = [(row.values[cell], query) for row in report("funnels", **PERIOD).tables[0].rows
             for cell, query in row.links.items() if cell in ("reached", "lost", "count")]  # fmt: skip
    assert len(links) > 20
    for number, query in links[::5]:
        assert found(crm, query) == number


def test_cone_counts_who_was_contacted_answered_and_became_interested(crm, make, report):
    silent, polite, eager, early = (make.client() for _number in range(4))
    for client in (silent, polite, eager):
        log_interaction(crm, client, kind="letter", direction="out")
    log_interaction(crm, polite, kind="call", direction="out", duration_s=60)
    log_interaction(crm, silent, kind="call", direction="out", duration_s=0)
    log_interaction(crm, early, kind="call", direction="in")
    make.deal(client=eager)
    make.deal()
    later = crm.clock.now() + timedelta(days=1)
    log_interaction(crm, early, kind="meeting", at=later, is_planned=True)
    totals = report("funnels").data["totals"]
    steps = [totals[name] for name in ("contacted", "answered", "interested", "by_themselves", "unnoted")]
    assert steps == [3, 2, 1, 1, 1]


def test_cone_never_widens_and_shows_each_his_own_clients(crm, make, report):
    seller, other = make.user("seller"), make.user("seller")
    for owner in (seller, other, other):
        log_interaction(crm, make.client(owner=owner), kind="letter", direction="out")
    mine = report("funnels", user=seller).data["totals"]
    assert (mine["contacted"], report("funnels").data["totals"]["contacted"]) == (1, 3)
    assert mine["contacted"] >= mine["answered"] >= mine["interested"]


def test_empty_base_has_two_empty_funnels(crm, report):
    document = report("funnels")
    assert document.is_empty
    assert document.data["totals"]["contacted"] == 0
