"""The search of all pages finds reports and saved settings."""

import pytest

from plugins.reports.variants import keeping


@pytest.fixture
def head(make):
    return make.user("head", team=make.team("North"), name="Ana Hoxha")


def saved(crm, user, name, audience=keeping.MINE):
    return keeping.save_variant(crm, user, "managers", name, [("period", "this_year")], audience=audience)


def test_saved_settings_are_found_by_their_name_and_open_with_them(crm, web, head):
    variant = saved(crm, head, "Понедельник Иванова")
    text = web.sign_in(head).text("/search?q=понедельник")
    assert "Понедельник Иванова" in text
    assert f"/reports/managers?period=this_year&amp;variant={variant.id}" in text


def test_those_of_others_are_found_only_if_they_are_shared(crm, web, make, head):
    saved(crm, head, "Monday secret")
    saved(crm, head, "Monday shared", keeping.ALL)
    text = web.sign_in(make.user("seller")).text("/search?q=monday")
    assert "Monday shared" in text
    assert "Ana Hoxha" in text
    assert "Monday secret" not in text


def test_a_report_is_found_by_its_title_and_its_saved_settings_with_it(crm, web, head):
    saved(crm, head, "Monday")
    text = web.sign_in(head).text("/search?q=managers")
    assert 'href="/reports/managers"' in text
    assert "Monday" in text


def test_who_may_not_read_reports_finds_none(crm, make, head):
    from plugins.reports.finding import found

    saved(crm, head, "Monday", keeping.ALL)
    outsider = make.user("seller")
    outsider.role.permissions = []
    assert found(crm, outsider, "monday", 8) == []


def test_all_is_found_by_one_query(crm, web, head, queries):
    for number in range(5):
        saved(crm, head, f"Monday {number}")
    with web.app.test_request_context(), queries.at_most(1):
        from plugins.reports.finding import found

        assert len(found(crm, head, "monday", 8)) == 5
