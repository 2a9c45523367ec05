"""The field by which the list of deals opens the deals behind a number of a report: what it finds, says and refuses."""

from dataclasses import replace

import pytest

from core.api import InvalidInput, fields
from core.testing import PASSWORD
from plugins.reports.history.behind import FIELD, conditions_of
from plugins.reports.settings.parameters import Settings
from tests.core.web.visitor import Visitor


def condition(value: str) -> list[dict]:
    return [{"field": FIELD, "op": "equal", "value": value}]


def test_list_says_which_number_it_opens_and_shows_its_deals(crm, base, make, report):
    visitor = Visitor(crm).sign_in(make.user("director", password=PASSWORD))
    row = next(row for row in report("flow", from_="2025-06-02", to="2025-09-01").tables[0].rows if row.links)
    page = visitor.get("/deals/?" + row.links["passed"])
    assert "Flow through the stages, Passed" in page.text
    assert f"{row.values['passed']} records" in page.text


def test_field_is_offered_in_no_chooser(crm, make):
    visitor = Visitor(crm).sign_in(make.user("director", password=PASSWORD))
    assert "From a report" not in visitor.get("/reports/funnel-closed/filters?part=tree&search=report").text


@pytest.mark.parametrize(
    "value",
    [
        "zork",
        "report=zork",
        "report=flow",
        "report=bridge&_since=x",
        "report=flow&_stage=x",
        "report=funnel-open&_at=9223372036854775807",
        "report=funnel-open&_at=99999999999999999999999",
    ],
)
def test_value_that_no_report_knows_is_refused_in_a_sentence(crm, value):
    with pytest.raises(InvalidInput):
        fields.condition(crm, fields.entity(crm, "deal"), condition(value), None)
    assert fields.describe(crm, fields.entity(crm, "deal"), condition(value), None)[0].startswith("From a report: ")


def test_seller_opens_no_deals_of_others(crm, make, report):
    seller, other = make.user("seller"), make.user("seller")
    for owner in (seller, other):
        make.deal(owner=owner)
    crm.clock.advance(days=8)
    link = report("bridge").figures[0].link
    assert link
    since = {"part": "closing", "since": 0, "until": int((crm.clock.now()).timestamp() * 1_000_000)}
    found = conditions_of(Settings("bridge", {}), since)
    entity = fields.entity(crm, "deal")
    for user, count in ((seller, 1), (None, 2)):
        where = fields.condition(crm, entity, found, user)
        assert entity.model.select().where(where).count() == count


def test_settings_that_are_too_long_for_a_link_have_none():
    settings = Settings("bridge", {"title": "x" * 1_000})
    assert conditions_of(settings, {"part": "won"}) is None
    assert conditions_of(replace(settings, given={}), {"part": "won"}) is not None
