"""Settings that name what is gone still open their report, say so, and show it without that."""

import json

import pytest

from core.clients.properties import change_property, create_property
from core.testing import PASSWORD
from plugins.reports.registry import get_report
from plugins.reports.settings.mending import usable
from plugins.reports.variants.keeping import query_of, save_variant
from tests.core.web.visitor import Visitor

NORTH = ("f", json.dumps({"field": "client.region", "op": "equal", "value": "North"}))


def condition(path, value="x"):
    return ("f", json.dumps({"field": path, "op": "equal", "value": value}))


@pytest.fixture
def director(make):
    return make.user("director", password=PASSWORD)


@pytest.mark.parametrize("name", ["funnel-closed", "funnel-open"])
def test_saved_settings_whose_property_was_retired_open_with_the_report(crm, base, director, name):
    made = create_property(crm, entity="client", name="Size", kind="text")
    pairs = [condition("client.properties.size"), NORTH, ("by", "client.properties.size")]
    variant = save_variant(crm, director, name, "Big ones", pairs)
    change_property(crm, made, is_active=False)
    page = Visitor(crm).sign_in(director).get(f"/reports/{name}?{query_of(variant)}").text
    assert "client.properties.size" in page
    assert "The report is shown without these settings." in page
    assert "Stage by stage" in page
    assert "alert-danger" not in page


GONE = [
    condition("properties.gone"),
    condition("owner.zork"),
    ("f", "{"),
    ("by", "properties.gone"),
    ("columns", "client.properties.gone"),
    ("type", "Forgotten"),
    ("properties.gone", "1"),
    ("owner", "Nobody At All"),
]


@pytest.mark.parametrize("pair", GONE)
def test_what_is_gone_is_left_out_with_a_sentence_and_the_rest_stays(crm, base, director, pair):
    kept, sentences = usable(crm, director, get_report(crm, "funnel-closed"), [NORTH, pair, ("period", "this_year")])
    assert [name for name, _value in kept] == ["f", "period"]
    assert len(sentences) == 1


def test_of_a_list_of_conditions_the_good_ones_stay(crm, base, director):
    both = json.dumps([json.loads(NORTH[1]), {"field": "properties.gone", "op": "empty"}])
    kept, sentences = usable(crm, director, get_report(crm, "funnel-open"), [("f", both)])
    assert kept == [("f", "client.region=North")]
    assert len(sentences) == 1


def test_a_wrong_period_is_still_refused(crm, base, director):
    page = Visitor(crm).sign_in(director).get("/reports/funnel-closed?period=zork").text
    assert "alert-danger" in page
    assert "Stage by stage" not in page
