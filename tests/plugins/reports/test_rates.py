"""A deal whose currency has no rate is told apart from one without a potential, and found from the report."""

import pytest

from core.testing import PASSWORD
from plugins.reports.output.forms import write
from tests.core.web.visitor import Visitor
from tests.plugins.reports.test_links import found

WORDS = "a potential in a currency without a rate"
PARAMS = {
    "funnel-closed": [{}, {"type": "Sale", "from_": "2025-03-01", "to": "2025-09-01"}, {"owner": "Vera"}],
    "funnel-open": [{}, {"type": "Sale"}, {"client__region": "North", "by": "team"}],
}
CASES = [(name, params) for name, all_params in PARAMS.items() for params in all_params]


@pytest.mark.parametrize(("name", "params"), CASES)
def test_number_without_a_rate_is_that_of_the_list_behind_it(crm, base, report, name, params):
    document = report(name, **params)
    note = next(note for note in document.notes if WORDS in str(note))
    assert document.data["no_rate"] == found(crm, note.link) > 0
    assert document.data["no_rate"] < document.data["totals"]["no_potential"]


@pytest.mark.parametrize("name", PARAMS)
def test_the_two_reasons_add_up_to_the_contracts_number(base, report, name):
    document = report(name)
    numbers = [int(str(note).split()[0]) for note in document.notes if "potential" in str(note)]
    assert sum(numbers) == document.data["totals"]["no_potential"]


def test_plain_counting_agrees(base, report):
    lacking = [d for d in base.deals if d.state != "open" and d.potential is not None and d.worth is None]
    assert report("funnel-closed").data["no_rate"] == len(lacking)


def test_deals_without_a_rate_are_found_along_their_own_index(crm, base, report, queries):
    with queries.at_most(15) as seen:
        report("funnel-closed", type="Sale", from_="2025-03-01", to="2025-09-01")
    asked = next(sql for sql in seen if '"potential_base" IS NULL' in sql)
    if "?" in asked:
        plan = crm.database.execute_sql("EXPLAIN QUERY PLAN " + asked, (1,) * asked.count("?")).fetchall()
        assert any("ix_reports_unrated (closed_at>? AND closed_at<?" in row[3] for row in plan), plan


def test_of_a_past_moment_nobody_knows_the_reason(base, report):
    assert report("funnel-open", as_of="2025-06-30").data["no_rate"] == 0


def test_all_written_forms_say_it(base, report):
    assert WORDS in write(report("funnel-closed"), "table").content.decode()


@pytest.mark.parametrize(("role", "is_sent"), [("administrator", True), ("director", False)])
def test_page_leads_to_the_deals_and_whoever_may_to_the_rates(crm, base, make, role, is_sent):
    page = Visitor(crm).sign_in(make.user(role, password=PASSWORD)).get("/reports/funnel-closed").text
    assert "is_without_rate" in page
    assert ("Set exchange rates" in page) is is_sent
