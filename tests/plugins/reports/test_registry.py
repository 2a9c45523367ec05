"""The reports there are: our own lines are true, those of plugins join, and pages show them in groups."""

import json
from dataclasses import replace

import pytest

from core.api import NotFound, Report
from plugins.reports.groups import GROUPS, grouped_reports
from plugins.reports.registry import OWN, all_reports, get_report, make_report
from tests.plugins.reports.test_doors import run


@pytest.fixture
def guests(crm):
    """Returns the report of another plugin, as its hook gave it."""
    shown = get_report(crm, "sources")
    crm.reports["guests-seen"] = Report("guests-seen", "Guests seen", shown.make, shown.parameters, group="people")
    return crm.reports["guests-seen"]


@pytest.mark.parametrize("name", OWN)
def test_each_line_names_a_report_with_words_and_a_group(crm, name):
    report = get_report(crm, name)
    assert (report.name, report.group in GROUPS, bool(report.words)) == (name, True, True)


def test_a_report_of_a_plugin_is_a_page_an_answer_and_a_command(crm, web, make, guests):
    make.deal()
    page = web.sign_in(make.user("director")).text("/reports/guests-seen")
    assert "Guests seen" in page
    assert "Guests seen" in web.text("/reports/")
    assert {"name": "guests-seen", "title": "Guests seen"}.items() <= web.get("/api/v1/reports").json[-1].items()
    done = run(crm, "guests-seen", "--format", "json")
    assert json.loads(done.output)["totals"]["closed"] == 0


def test_an_unknown_report_is_refused_by_naming_the_known(crm, guests):
    with pytest.raises(NotFound, match="funnel-closed.*guests-seen"):
        make_report(crm, None, "nonsense", [])


def test_every_report_stands_in_one_group_and_an_unknown_group_is_none(crm, guests):
    strange = replace(guests, name="strange", group="nowhere")
    groups = grouped_reports([*all_reports(crm), strange])
    shown = [report.name for group in groups for report in group.reports]
    assert sorted(shown) == sorted([*OWN, "guests-seen", "strange"])
    assert [group.key for group in groups] == [key for key in GROUPS if key in {group.key for group in groups}]


def test_a_page_leads_to_the_groups_and_to_the_reports_beside_it(web, make):
    page = web.sign_in(make.user("director")).text("/reports/funnel-open")
    assert page.count('class="tabs-item active"') == 1
    assert 'class="report-sibling active" href="/reports/funnel-open"' in page
    assert 'class="report-sibling" href="/reports/bridge"' in page
