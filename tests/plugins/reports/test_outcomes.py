"""Sources, managers and reasons of loss agree with a count of plain deals, in every form, and fit every user."""

from collections import defaultdict
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from core.api import fields
from plugins.reports.output.forms import MEDIA_TYPES, write
from plugins.reports.tables import loss_reasons

NAMES = ("sources", "managers", "loss-reasons")
KEYS = {"sources": ("source", lambda deal: deal.source), "managers": ("owner", lambda deal: deal.owner)}


def counted(deals, key):
    """Returns {key: (closed, won, lost, won amount, lost potential)} of the closed deals among these."""
    found = defaultdict(lambda: [0, 0, 0, Decimal(0), Decimal(0)])
    for deal in deals:
        if deal.state == "open":
            continue
        row = found[key(deal)]
        row[0] += 1
        row[1 if deal.state == "won" else 2] += 1
        if deal.state == "won":
            row[3] += deal.brought or 0
        else:
            row[4] += deal.worth or 0
    return {name: tuple(row) for name, row in found.items()}


def shown(data, name):
    return {
        row[name]: (row["closed"], row["won"], row["lost"], row["won_amount"], row["lost_potential"])
        for row in data["rows"]
    }


@pytest.mark.parametrize("name", KEYS)
def test_outcomes_equal_a_plain_count(base, report, name):
    column, key = KEYS[name]
    assert shown(report(name).data, column) == counted(base.deals, key)


def test_outcomes_of_a_quarter_a_type_and_by_another_field(base, report):
    data = report("managers", type="Sale", from_="2025-04-01", to="2025-07-01", by="source").data
    meant = [
        deal
        for deal in base.deals
        if deal.type == "Sale" and deal.closed_at and "2025-04-01" <= f"{deal.closed_at:%Y-%m-%d}" < "2025-07-01"
    ]
    assert shown(data, "source") == counted(meant, lambda deal: deal.source)


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_add_up_to_the_whole(base, report, name):
    data = report(name).data
    assert sum(row["lost"] for row in data["rows"]) == data["totals"]["lost"]
    assert sum(row["lost_potential"] for row in data["rows"]) == data["totals"]["lost_potential"]


def test_the_gravest_reason_stands_first_and_all_together_are_the_whole(base, report):
    rows = report("loss-reasons").data["rows"]
    assert [row["lost"] for row in rows] == sorted((row["lost"] for row in rows), reverse=True)
    assert rows[-1]["together"] == pytest.approx(1)


def test_reasons_stand_beside_the_stages_where_deals_were_lost(base, report):
    row = next(row for row in report("loss-reasons", type="Sale").data["rows"])
    lost = sum(1 for deal in base.deals if deal.type == "Sale" and deal.state == "lost")
    assert sum(value for key, value in row.items() if key.startswith("stage_")) == row["lost"] == lost


def test_stages_without_a_column_of_their_own_share_one_that_opens_their_deals(crm, base, report, monkeypatch):
    monkeypatch.setattr(loss_reasons, "MOST_STAGES", 3)
    (table,) = report("loss-reasons", type="Sale").tables
    row, deals = table.rows[0], fields.entity(crm, "deal")
    at = [column.key for column in table.columns if column.key.startswith("stage_")]
    conditions = [fields.from_text(one) for one in parse_qs(row.links["stage_others"])["f"]]
    opened = deals.model.select().where(fields.condition(crm, deals, conditions, None)).count()
    assert len(at) == 3
    assert sum(row.values[key] for key in at) == row.values["lost"]
    assert opened == row.values["stage_others"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_seller_counts_own_deals_alone(base, report, name):
    arta = base.users["Arta"]
    own = counted([deal for deal in base.deals if deal.owner == "Arta"], lambda deal: None)[None]
    assert report(name, user=arta).data["totals"]["closed"] == own[0]


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_base_answers_with_an_empty_table(report, name):
    document = report(name)
    assert (document.is_empty, document.data["rows"]) == (True, [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_form_can_be_written(base, report, name, form):
    assert write(report(name), form).content


@pytest.mark.parametrize("name", NAMES)
def test_pages_ask_little_and_lead_to_the_lists(base, web, make, queries, name):
    web.sign_in(make.user("director"))
    web.get(f"/reports/{name}")
    with queries.at_most(15):
        text = web.text(f"/reports/{name}")
    assert "/deals/?f=" in text


def test_managers_show_what_everybody_has_open_stage_by_stage(base, report):
    document = report("managers")
    matrix = document.tables[-1]
    standing = [deal for deal in base.deals if deal.state == "open" and not deal.is_on_hold]
    shown = 0
    for owner in base.users:
        columns = [one.key for one in matrix.columns if str(one.group) == owner and one.key.endswith("deals")]
        shown += sum(row.values.get(key) or 0 for row in matrix.rows for key in columns)
    assert matrix.key == "matrix"
    assert shown == sum(deal.owner is not None for deal in standing)
