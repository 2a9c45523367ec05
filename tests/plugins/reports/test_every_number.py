"""Every number of every report opens its list, and the list holds as many records as the number says."""

from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import pytest

from core.api import InvalidInput, bulk, fields, speaking
from plugins.reports.document import COUNT, MONEY
from plugins.reports.history.clients_of import FIELD, clients_link
from plugins.reports.registry import OWN, make_report
from tests.plugins.reports.lists import listed
from tests.plugins.reports.plan.test_fact import keep

ALL = "*"
FORECAST = ("expected_income", "low", "high", "new_income", "month", "quarter")
PLANNED = ("planned", "until_now", "amount", "contracts", "interested", "interested_planned", "contracts_planned")
# Numbers that stand for no records, by report; the rule holds for all others.
DERIVED = {
    "managers": ("mean_amount",),
    "sources": ("mean_amount",),
    "marketing-return": ("cost", "cost_per_lead", "cost_per_won"),  # typed month by month, and means
    "week": (*FORECAST, *PLANNED),
    "forecast": FORECAST,
    "forecast-check": (ALL,),  # what was forecast, as it was known then
    "seasonality": (*FORECAST, "months", "expected"),  # how long the history is, and a forecast
    "plan": (ALL,),  # what is to be done
    "plan-fact": PLANNED,
}
# Numbers that say how often something happened to deals; the list holds the deals.
TIMES = {"conversion": ("returns",)}
MORE = {
    "matrix": (("rows", "owner"), ("columns", "source"), ("measures", "deals,won_amount,clients")),
    "funnel-closed": (("by", "owner"), ("columns", "owner"), ("indicators", "deals,lost,clients,potential"),
                      ("from", "2025-06-01"), ("to", "2026-01-01")),
    "funnel-open": (("by", "team"), ("columns", "owner"), ("indicators", "deals,clients,expected_income")),
    "cohorts": (("by", "team"),),
    "flow": (("period", "last_12_months"), ("compare", "previous")),
    "bridge": (("from", "2025-12-01"),),
}  # fmt: skip


@pytest.fixture
def full(crm, base, make):
    """A base with a plan that is kept and with talks of all kinds."""
    keep(crm, make.user("director"), type="Sale")
    now, owner = crm.clock.now(), base.users["Arta"].id
    deals = crm.database.execute_sql("SELECT id, client_id FROM core_deal ORDER BY id LIMIT 60").fetchall()
    kinds = ("call", "letter", "meeting", "sms", "message", "note")
    columns = ("kind", "direction", "client_id", "deal_id", "user_id", "at", "is_planned", "created_at", "changed_at")
    bulk.insert_rows(crm.database, "core_interaction", columns, [
        (kinds[place % 6], ("out", "in")[place % 5 == 0], client_id, deal_id, (owner, None)[place % 4 == 0],
         bulk.plain(now - timedelta(hours=7 * place)), False, bulk.plain(now), bulk.plain(now))
        for place, (deal_id, client_id) in enumerate(deals)
    ])  # fmt: skip
    return base


def test_every_number_opens_its_list_and_the_list_holds_as_many(crm, full):
    told = [one for name in OWN for one in numbers(crm, None, name)]
    assert {one[:3] for one in told if not one.link} == set()
    for one in sampled(told):
        assert listed(crm, None, one.link) == one.value, one


def test_who_sees_a_part_finds_as_many_as_the_number_says(crm, full):
    seller = full.users["Arta"]
    for one in sampled([one for name in OWN for one in numbers(crm, seller, name)]):
        assert listed(crm, seller, one.link) == one.value, one


def test_clients_of_a_number_are_refused_where_nobody_can_read_which(crm):
    for op, value in (("equal", "zork"), ("contains", "deal:[]"), ("equal", "user:[]"), ("equal", "deal:zork")):
        found = [{"field": FIELD, "op": op, "value": value}]
        with pytest.raises(InvalidInput):
            fields.condition(crm, fields.entity(crm, "client"), found, None)
    found = [{"field": FIELD, "op": "equal", "value": 'deal:{"field": "gone", "op": "empty"}'}]
    assert fields.describe(crm, fields.entity(crm, "client"), found, None) == ["Clients of: ?"]
    assert clients_link([{"field": "title", "op": "equal", "value": "x" * 1_000}]) == clients_link(None) == ""


class Number(NamedTuple):
    """A number of a report, without its sign, and the link behind it."""

    report: str
    place: str
    key: str
    kind: str
    value: Any
    link: str


def numbers(crm, user, name) -> list[Number]:
    """Returns the numbers of a report that stand for records."""
    derived = DERIVED.get(name, ())
    if ALL in derived:
        return []
    with speaking("en"):
        made = make_report(crm, user, name, MORE.get(name, ()))
    found = [
        Number(name, table.key, one.key, one.kind, row.values.get(one.key), row.links.get(one.key, ""))
        for table in made.tables
        for row in table.rows
        for one in table.columns
        if not row.is_heading
    ]
    found += [Number(name, "figure", one.key, one.kind, one.value, one.link) for one in made.figures]
    counted = [one for one in found if one.kind in (COUNT, MONEY) and one.value and one.key not in derived]
    return [one._replace(value=abs(one.value)) for one in counted]


def test_list_of_clients_says_of_which_deals(crm, base):
    figure = next(one for one in make_report(crm, None, "funnel-open", ()).figures if one.key == "clients")
    conditions = [fields.from_text(text) for text in parse_qs(figure.link.partition("?")[2])["f"]]
    said = fields.describe(crm, fields.entity(crm, "client"), conditions, None)
    assert said == ["Clients of: Deal; State is Open; On hold is no"]


@pytest.mark.parametrize(("facts", "measure"), [("interactions", "clients"), ("visits", "deals")])
def test_distinct_clients_and_deals_of_other_records_open_their_lists(crm, full, facts, measure):
    made = make_report(crm, None, "matrix", [("facts", facts), ("measures", measure)])
    for row in made.tables[0].rows:
        assert listed(crm, None, row.links[measure]) == row.values[measure]


@pytest.mark.parametrize("who", ["", "Arta"])
def test_talks_about_some_deals_open_their_list(crm, full, who):
    narrow = (("type", "Sale"), ("currency", "EUR"), ("period", "last_12_months"))
    user = full.users.get(who)
    with speaking("en"):
        rows = make_report(crm, user, "activity", narrow).tables[0].rows
    told = [(row.values[key], row.links[key]) for row in rows for key in ("calls", "letters", "meetings", "messages")
            if row.values[key]]  # fmt: skip
    assert told
    for number, link in told:
        assert listed(crm, user, link) == number


def sampled(told) -> list[Number]:
    """Returns the first and the last count of each column, and the figures."""
    columns = {}
    for one in told:
        if one.kind == COUNT and one.link and one.key not in TIMES.get(one.report, ()):
            columns.setdefault(one[:3], []).append(one)
    return [one for column in columns.values() for one in dict.fromkeys((column[0], column[-1]))]
