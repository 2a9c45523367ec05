"""A page of a report asks the database at most 15 times, whatever is chosen on it."""

import json
from urllib.parse import urlencode

import pytest

from core.testing import PASSWORD
from tests.core.web.visitor import Visitor

LINKED = [
    ("f", json.dumps({"field": "client.region", "op": "equal", "value": "North"})),
    ("f", json.dumps({"field": "owner.team", "op": "not_empty"})),
]
EVERYTHING = [("period", "this_year"), ("compare", "previous"), ("columns", "owner")]
INDICATORS = [("indicators", "deals,clients,expected_income,probability,conversion,lost,potential")]
PAGES = {
    "closed": ("funnel-closed", []),
    "closed of a type": ("funnel-closed", [("type", "Sale"), ("period", "this_month")]),
    "closed compared": ("funnel-closed", [("from", "2025-03-01"), ("to", "2025-09-01"), ("compare", "previous")]),
    "closed with the matrix": ("funnel-closed", [*EVERYTHING, *INDICATORS]),
    "closed by what its columns are not": ("funnel-closed", [*EVERYTHING, *INDICATORS, ("by", "client.region")]),
    "closed by months": ("funnel-closed", [("by", "month"), ("columns", "team")]),
    "closed of all time by quarter and year": ("funnel-closed", [("by", "quarter"), ("columns", "year")]),
    "closed through links": ("funnel-closed", [*LINKED, *EVERYTHING, *INDICATORS]),
    "closed with all there is": (
        "funnel-closed",
        [*LINKED, *EVERYTHING, *INDICATORS, ("by", "team"), ("owner", "Vera"), ("type", "Sale"), ("source", "Fair")],
    ),
    "open": ("funnel-open", []),
    "open with the matrix": ("funnel-open", [("columns", "owner"), ("by", "client.region")]),
    "open through links": ("funnel-open", [*LINKED, ("columns", "owner"), ("by", "team")]),
    "open by months": ("funnel-open", [("by", "month"), ("columns", "quarter")]),
    "open then": ("funnel-open", [("as_of", "2025-06-30"), ("columns", "owner")]),
}


@pytest.fixture
def visitor(crm, base, make):
    return Visitor(crm).sign_in(make.user("director", password=PASSWORD))


@pytest.mark.parametrize("name", PAGES)
def test_page_of_a_report_asks_little(visitor, queries, name):
    report, pairs = PAGES[name]
    address = f"/reports/{report}?{urlencode(pairs)}"
    visitor.get(address)
    with queries.at_most(15):
        visitor.get(address)
