"""Activity agrees with a plain count of what was noted and won, and every number opens what it counts."""

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from core.api import Interaction, bulk, fields
from plugins.reports.output.forms import MEDIA_TYPES, write

KINDS = ("call", "letter", "meeting", "sms", "message", "note")


@pytest.fixture
def talks(crm, base):
    """Writes 300 interactions of all kinds, about clients and deals, and returns them as plain tuples."""
    rnd, now = random.Random(7), crm.clock.now()
    clients = [row[0] for row in crm.database.execute_sql("SELECT id FROM core_client ORDER BY id").fetchall()]
    deals = dict(crm.database.execute_sql("SELECT id, client_id FROM core_deal ORDER BY id").fetchall())
    found = []
    for _number in range(300):
        deal = rnd.choice([None, *deals])
        client = deals[deal] if deal else rnd.choice(clients)
        owner = rnd.choice([None, *base.users])
        at = now - timedelta(hours=rnd.randint(-200, 24 * 60))
        found.append((rnd.choice(KINDS), at, at > now, owner, client, deal))
    made = bulk.plain(now)
    columns = ("kind", "client_id", "deal_id", "user_id", "at", "is_planned", "created_at", "changed_at")
    rows = [
        (kind, client, deal, base.users[owner].id if owner else None, bulk.plain(at), planned, made, made)
        for kind, at, planned, owner, client, deal in found
    ]
    bulk.insert_rows(crm.database, "core_interaction", columns, rows)
    return found


def last_30_days(crm):
    first, until = fields.period_days("last_30_days", crm.today())
    return crm.day_start(first), crm.day_start(until)


def test_what_was_done_equals_a_plain_count(crm, base, talks, report):
    first, until = last_30_days(crm)
    counts = Counter((owner, kind, planned) for kind, at, planned, owner, *_about in talks if first <= at < until)
    rows = {row["owner"]: row for row in report("activity").data["rows"]}
    for owner in [None, *base.users]:
        row = rows[owner]
        assert row["calls"] == counts[owner, "call", False]
        assert row["letters"] == counts[owner, "letter", False]
        assert row["messages"] == counts[owner, "sms", False] + counts[owner, "message", False]
        assert (row["meetings"], row["meetings_planned"]) == (
            counts[owner, "meeting", False], counts[owner, "meeting", True],
        )  # fmt: skip


def test_what_came_of_it_equals_a_plain_count(base, report):
    rows = {row["owner"]: row for row in report("activity", period="all").data["rows"]}
    for owner in [None, *base.users]:
        won = [deal for deal in base.deals if deal.owner == owner and deal.state == "won"]
        offers = sum(
            any(stage == "Offer" and span[3] == owner for stage, span in with_spans(deal)) for deal in base.deals
        )
        assert (rows[owner]["won"], rows[owner]["won_amount"], rows[owner]["offers"]) == (
            len(won), sum((deal.brought or 0 for deal in won), Decimal(0)), offers,
        )  # fmt: skip


def with_spans(deal):
    return [(span[0], span) for span in deal.spans]


def test_parts_add_up_and_ratios_are_theirs(talks, report):
    data = report("activity", period="all").data
    for name in ("calls", "letters", "messages", "meetings", "meetings_planned", "offers", "won", "won_amount"):
        assert sum(row[name] for row in data["rows"]) == data["totals"][name]
    assert data["totals"]["calls_per_won"] == data["totals"]["calls"] / data["totals"]["won"]


def test_a_number_of_calls_opens_these_calls(crm, talks, report, web, make):
    web.sign_in(make.user("director"))
    for row in report("activity").tables[0].rows:
        for name in ("calls", "meetings_planned"):
            if row.values[name]:
                text = web.text("/interactions/?" + urlsplit(row.links[name]).query)
                assert records(row.values[name]) in text


def records(count):
    return "one record" if count == 1 else f"{count} records"


def test_a_number_of_offers_opens_these_deals(crm, base, report):
    deals = fields.entity(crm, "deal")
    for row in report("activity", period="all").tables[0].rows[:-1]:
        if row.values["offers"]:
            conditions = [fields.from_text(one) for one in parse_qs(row.links["offers"])["f"]]
            found = deals.model.select().where(fields.condition(crm, deals, conditions, None)).count()
            assert found == row.values["offers"]


def test_a_seller_counts_what_the_seller_sees(crm, base, talks, report):
    vera = base.users["Vera"]
    seen = Interaction.select().where(Interaction.kind == "call", ~Interaction.is_planned).count()
    assert report("activity", user=vera, period="all").data["totals"]["calls"] < seen
    assert report("activity", user=vera, period="all").data["totals"]["won"] == sum(
        deal.owner == "Vera" and deal.state == "won" for deal in base.deals
    )


def test_an_empty_base_answers_with_an_empty_table(report):
    document = report("activity")
    assert (document.is_empty, document.data["rows"]) == (True, [])


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_form_can_be_written(base, talks, report, form):
    assert write(report("activity"), form).content


def test_the_page_asks_little(base, talks, web, make, queries):
    web.sign_in(make.user("director"))
    web.get("/reports/activity")
    with queries.at_most(15):
        text = web.text("/reports/activity?period=all")
    assert "/interactions/?f=" in text
