"""A number on an open page changes by itself: through the stream, or by asking where there is no room for one."""

import pytest

from core.hooks.contributions import LiveTopic
from tests.at_work import open_page

pytestmark = pytest.mark.browser
SHOWN = "[data-live='dummy.number']"


@pytest.fixture
def said(site):
    """Returns what the topic says; the home page shows it in its title's place."""
    says = {"now": "1"}
    topic = LiveTopic("dummy.number", lambda crm, user_ids: dict.fromkeys(user_ids, says["now"]))
    site.crm.live_topics["dummy.number"] = ("dummy", topic)
    return says


def show(page):
    """Puts a place for the topic onto the page, as a template would."""
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin', '<b data-live=\"dummy.number\"></b>')"
    )


def change(site, said, value):
    said["now"] = value
    site.make.client(f"Client {value}")


def test_a_number_changes_by_itself(site, page, said):
    site.sign_in(page)
    show(page)
    page.wait_for_selector("[data-live-state=streaming]", state="attached")
    change(site, said, "2")
    page.wait_for_selector(f"{SHOWN}:text-is('2')")


def test_a_page_whose_session_ended_shows_the_sign_in(site, page, said):
    site.sign_in(page)
    page.wait_for_selector("[data-live-state=streaming]", state="attached")
    other = page.context.new_page()
    open_page(other, site.url)
    other.evaluate("document.querySelector('form[action=\"/sign-out\"]').submit()")
    page.wait_for_url(f"{site.url}/sign-in**")
    other.close()


def test_a_page_without_room_asks_every_ten_seconds(site, browser, said, monkeypatch):
    monkeypatch.setattr("core.live.MAX_FOLLOWERS", 0)
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    site.sign_in(page)
    show(page)
    page.wait_for_selector("[data-live-state=polling]", state="attached")
    said["now"] = "3"
    with page.expect_response("**/stream/now"):
        page.clock.fast_forward(10_000)
    page.wait_for_selector(f"{SHOWN}:text-is('3')")
    context.close()
