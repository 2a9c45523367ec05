"""Fields for days in the order of the reader's language, typed or chosen, under our own content security policy."""

import pytest

from core.deals.rates import ExchangeRate
from core.users.models import User
from tests.at_work import open_page

pytestmark = pytest.mark.browser
RATES = "/settings/rates/"


@pytest.fixture
def rates(site, page):
    """Returns a function that opens the page of rates in a language."""

    def opened(language):
        site.sign_in(page)
        User.update(language=language).where(User.login == site.login).execute()
        open_page(page, site.url + RATES)
        return page.locator("[name=rate_on]")

    return opened


@pytest.mark.parametrize(
    ("language", "typed", "shown", "hint"),
    [
        ("en", "5/3/2026", "05/03/2026", "dd/mm/yyyy"),
        ("ru", "5.3.26", "05.03.2026", None),
        ("sq", "2026-03-05", "05.03.2026", None),
    ],
)
def test_a_day_is_shown_in_the_order_of_the_language_and_saved(rates, page, language, typed, shown, hint):
    field = rates(language)
    assert field.get_attribute("type") == "text"
    assert hint in (None, field.get_attribute("placeholder"))
    field.fill(typed)
    field.press("Tab")
    assert field.input_value() == shown
    page.fill("[name=currency]", "USD")
    page.fill("[name=rate]", "0.5")
    page.click("main form button.btn-primary")
    page.wait_for_selector("main table")
    assert str(ExchangeRate.get().rate_on) == "2026-03-05"


def test_a_day_is_chosen_in_the_calendar_of_the_browser(rates, page):
    field = rates("ru")
    page.locator(".day-native").evaluate("one => { one.value = '2026-03-05'; one.dispatchEvent(new Event('change')) }")
    assert field.input_value() == "05.03.2026"
    assert page.locator(".day-pick").get_attribute("aria-label")


def test_nonsense_is_marked_and_comes_back_with_a_sentence(rates, page):
    field = rates("en")
    field.fill("31/02/2026")
    field.press("Tab")
    assert "is-invalid" in field.get_attribute("class")
    page.fill("[name=currency]", "USD")
    page.fill("[name=rate]", "0.5")
    page.click("main form button.btn-primary")
    page.wait_for_selector("text=“31/02/2026” is no date; write it like 31/12/2026.")
    assert page.locator("[name=rate_on]").input_value() == "31/02/2026"
    assert ExchangeRate.select().count() == 0
