"""The real opportunities: 97 accounts, 30 agents, 14,277 deals, counted against plain code that reads the csv."""

import csv
from collections import Counter
from decimal import Decimal

import pytest

from core.clients.models import Client, Property
from core.deals.inspection import find_wrong_deals
from core.deals.models import Deal
from core.users.models import User
from plugins.importers.undo.batch import undo_batch

pytestmark = pytest.mark.shared
NAME = "crm_sales_opportunities_{}.csv"


@pytest.fixture
def files(shared):
    """Returns a function that gives the path of one of the files."""
    return lambda name: shared / "data/excel_and_sales" / NAME.format(name)


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def options(files):
    return {
        "create_missing": True,
        "defaults": {"client": "No account"},
        "lookup": {
            "potential": {"column": "product", "file": str(files("products")), "key": "product", "value": "sales_price"}
        },
    }


def test_without_a_default_client_deals_without_account_are_refused(crm, importing, files, messages):
    importing("clients", files("accounts"))
    batch = importing("deals", files("sales_pipeline"), create_missing=True)
    assert (batch.rows, batch.created, batch.rejected) == (14277, 14277 - 5393, 5393)
    assert messages(batch)[0].startswith("Row 3, column “account”: the deal has no client.")


def test_counts_and_sums_are_those_of_the_file(crm, importing, files):
    assert importing("clients", files("accounts"), create_missing=True).created == 97
    assert {prop.key for prop in Property.select()} == {"revenue", "employees"}
    batch = importing("deals", files("sales_pipeline"), **options(files))
    assert (batch.created, batch.rejected) == (14277, 0)
    rows = rows_of(files("sales_pipeline"))
    prices = {row["product"]: Decimal(row["sales_price"]) for row in rows_of(files("products"))}
    states = {"Won": "won", "Lost": "lost", "In_Progress": "open"}
    expected, found = Counter(), Counter()
    for row in rows:
        state = states[row["deal_stage"]]
        closed = row["close_date"][:7] if state != "open" else ""
        key = state, row["sales_agent"], row["account"] or "No account", closed
        expected[key, "count"] += 1
        expected[key, "potential"] += prices[row["product"]]
        if state == "won":
            expected[key, "amount"] += Decimal(row["close_value"] or prices[row["product"]])
    query = Deal.select(Deal, User, Client).join(User).switch(Deal).join(Client)
    for deal in query:
        closed = deal.closed_at.astimezone(crm.config.zone).strftime("%Y-%m") if deal.closed_at else ""
        key = deal.state, deal.owner.name, deal.client.name, closed
        found[key, "count"] += 1
        found[key, "potential"] += deal.potential_base
        if deal.state == "won":
            found[key, "amount"] += deal.amount_base
    assert found == expected
    assert User.select().count() == 30
    assert list(find_wrong_deals(crm)) == []


def test_the_whole_import_can_be_undone(crm, importing, files):
    batch = undo_batch(crm, importing("deals", files("sales_pipeline"), **options(files)))
    assert batch.kept == []
    assert (Deal.select().count(), Client.select().count(), User.select().count()) == (0, 0, 0)
