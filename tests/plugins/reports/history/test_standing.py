"""Where deals hang, and how many contacts closed deals had: counts, reasons, and the deals behind them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.deals.models import Deal
from core.deals.services import hold, lose, win
from core.interactions.services import log_interaction
from core.stages.reasons import usable_reasons
from core.tasks.services import create_task
from tests.plugins.reports.test_links import found


@pytest.fixture
def sellers(make):
    return make.user("seller"), make.user("seller")


def late(crm, make, owner, potential, days=2):
    """Returns a deal with a plan that is over the limit of its stage."""
    deal = make.deal(owner=owner, potential=Decimal(potential))
    create_task(crm, title="Call", deal=deal, user=owner)
    Deal.update(late_at=crm.clock.now() - timedelta(days=days)).where(Deal.id == deal.id).execute()
    return deal


def test_hanging_tells_whose_deals_hang_where_and_why(crm, make, sellers, report):
    anna, ben = sellers
    late(crm, make, anna, 100)
    late(crm, make, anna, 50)
    make.deal(owner=ben, potential=Decimal(7))  # nothing is planned for it
    late(crm, make, ben, 900, days=-2)
    held = make.deal(owner=ben)
    hold(crm, held, crm.today() + timedelta(days=3))
    document = report("hanging")
    totals = document.data["totals"]
    assert [totals[name] for name in ("count", "potential", "late", "idle", "on_hold")] == [3, Decimal(157), 2, 1, 1]
    rows = [row for row in document.data["rows"] if row["owner"] == anna.name]
    assert [sum(row[name] for row in rows) for name in ("count", "potential", "late", "idle")] == [2, 150, 2, 0]
    hers, his = (row.values for row in document.tables[0].rows)
    assert [hers[name] for name in ("name", "count", "potential", "late", "old", "idle")] == [
        anna.name,
        2,
        150,
        2,
        0,
        0,
    ]
    assert [his[name] for name in ("name", "count", "late", "idle", "on_hold")] == [ben.name, 1, 0, 1, 1]


def test_numbers_of_hanging_open_their_deals(crm, make, sellers, report):
    late(crm, make, sellers[0], 100)
    make.deal(owner=sellers[1])
    make.deal(owner=None)
    document = report("hanging")
    for table in document.tables:
        for row in table.rows:
            for cell, query in row.links.items():
                if isinstance(row.values[cell], int):
                    assert found(crm, query) == row.values[cell]
    assert found(crm, document.figures[0].link) == 3


def test_hanging_shows_each_what_he_may_see(crm, make, sellers, report):
    for seller in sellers:
        late(crm, make, seller, 10)
    assert report("hanging", user=sellers[0]).data["totals"]["count"] == 1
    assert report("hanging", owner=sellers[1].name).data["totals"]["count"] == 1


def test_contacts_until_the_end_are_counted_and_planned_ones_are_not(crm, make, report):
    deal, other, untouched = make.deal(potential=Decimal(300)), make.deal(), make.deal()
    for kind in ("call", "call", "meeting", "note"):
        log_interaction(crm, deal.client, kind=kind, deal_id=deal.id)
    later = crm.clock.now() + timedelta(days=2)
    log_interaction(crm, deal.client, kind="call", deal_id=deal.id, at=later, is_planned=True)
    log_interaction(crm, other.client, kind="letter", deal_id=other.id)
    crm.clock.advance(days=1)
    win(crm, deal)
    for one in (other, untouched):
        lose(crm, one, usable_reasons()[0], "A note")
    crm.clock.advance(days=1)
    log_interaction(crm, deal.client, kind="call", deal_id=deal.id)
    document = report("contacts")
    rows = {row["least"]: row for row in document.data["rows"]}
    assert [rows[step]["won"] for step in (0, 1, 3)] == [0, 0, 1]
    assert [rows[step]["lost"] for step in (0, 1, 3)] == [1, 1, 0]
    assert rows[3]["won_amount"] == 300
    assert document.data["totals"] == {"won": 1, "lost": 2, "mean_won": 3.0, "mean_lost": 0.5}
    for row in document.tables[0].rows:
        for cell, query in row.links.items():
            assert found(crm, query) == (1 if cell == "won_amount" else row.values[cell])


@pytest.mark.parametrize("name", ["hanging", "contacts"])
def test_empty_base_has_nothing_to_show(crm, report, name):
    assert report(name).is_empty
