"""The company's year beside the settings of working time: shown as it is, and as the form would make it."""

import re

import pytest

PAGE = "/settings/group/worktime"


@pytest.fixture
def admin(web, make):
    """Returns a browser in which an administrator is signed in."""
    return web.sign_in(make.user("administrator"))


def days(html, look):
    return len(re.findall(rf'class="year-day is-{look}[^"]*"[^>]*>\d', html))


def form(**more):
    return {"weekdays": [0, 1, 2, 3, 4], "work_from": "09:00", "work_to": "18:00", "country": "", **more}


def test_page_shows_the_year_with_weekends(admin):
    html = admin.text(PAGE)
    assert "261 working days in 2026." in html
    assert (days(html, "working"), days(html, "weekend"), days(html, "holiday")) == (261, 104, 0)


def test_preview_shows_holidays_and_exceptions_and_saves_nothing(crm, admin):
    sent = form(country="AL", free_days="2026-08-03", working_days="2026-08-01")
    html = admin.post("/settings/worktime/year", sent).text
    assert "Summer Day" in html
    assert (days(html, "off"), days(html, "worked")) == (1, 1)
    assert days(html, "holiday") > 10
    assert crm.settings.get("worktime")["country"] == ""


def test_holidays_are_named_in_the_readers_language_where_they_are_known_in_it(web, make):
    boss = make.user("administrator")
    boss.language = "sq"
    boss.save()
    assert "Dita e Verës" in web.sign_in(boss).post("/settings/worktime/year", form(country="AL")).text


def test_what_cannot_be_is_told_above_the_year_as_it_is(admin):
    html = admin.post("/settings/worktime/year", form(free_days="tomorrow")).text
    assert "Write each day like 2026-12-31" in html
    assert "261 working days" in html


def test_preview_is_for_administrators(web, make):
    assert web.sign_in(make.user("seller")).post("/settings/worktime/year", form()).status_code == 403
