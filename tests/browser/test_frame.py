"""The frame of pages in a browser: menu, look, notes; at both widths, in three languages, light and dark."""

import pytest

from core.hooks.contributions import JobKind
from core.users.models import User
from tests.at_work import open_page

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PAGES = (
    "/",
    "/profile/",
    "/settings/",
    "/settings/users/",
    "/settings/users/new",
    "/settings/roles/",
    "/settings/teams/",
    "/settings/sources/",
    "/settings/rates/",
    "/settings/plugins/",
    "/settings/jobs/",
    "/settings/history/",
)


def is_wider_than_the_screen(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["en", "sq", "ru"])
def test_pages_fit_both_screens_in_every_language(site, page, language):
    team = site.make.team("North")
    site.make.deal(owner=site.make.user(team=team, name="Sara Seller"))
    site.crm.jobs.enqueue("core.nothing", {})
    User.update(language=language).where(User.login == site.login).execute()
    site.sign_in(page)
    for path in PAGES:
        open_page(page, site.url + path)
        assert page.get_attribute("html", "lang") == language
        assert page.inner_text("h1").strip(), path
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            assert not is_wider_than_the_screen(page), (path, size)


def test_look_and_language_change_from_the_menu(site, page):
    site.sign_in(page)
    page.click("[aria-label='My menu']")
    page.click("[aria-label='Dark']")
    page.wait_for_selector("html[data-bs-theme='dark']")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    page.click("[aria-label='My menu']")
    page.click("button[lang='sq']")
    page.wait_for_selector("html[lang='sq']")
    assert page.inner_text("nav.side-menu a.active") == "Kreu"


def test_look_of_the_system_is_followed_where_none_is_chosen(site, page):
    page.emulate_media(color_scheme="dark")
    site.sign_in(page)
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("html[data-bs-theme='light']")


def test_menu_slides_in_on_a_phone(site, page):
    page.set_viewport_size(PHONE)
    site.sign_in(page)
    assert not page.is_visible("nav.side-menu")
    page.click("nav.tabbar button")
    page.wait_for_selector("#side.show")
    page.click("nav.side-menu a:has-text('Settings')")
    page.wait_for_url("**/settings/")


def test_message_appears_and_is_closed(site, page):
    site.sign_in(page)
    open_page(page, f"{site.url}/settings/teams/new")
    page.fill("#field-name", "North")
    page.click("main button.btn-primary")
    page.wait_for_selector("#toasts .note:has-text('The team North is made.')")
    page.click("#toasts [data-note-close]")
    assert page.locator("#toasts > .note").count() == 0


def test_question_before_a_deletion_can_be_answered_with_no(site, page):
    site.make.team("North")
    site.sign_in(page)
    open_page(page, f"{site.url}/settings/teams/")
    page.click("main a:has-text('North')")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click("main button:has-text('Delete the team')")
    assert page.url.endswith("/1")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("main button:has-text('Delete the team')")
    page.wait_for_selector("#toasts .note:has-text('The team is deleted.')")


def test_jobs_renew_themselves(site, page):
    site.crm.job_kinds["core.nothing"] = JobKind("core.nothing", lambda *_arguments: 1 / 0, attempts=0)
    site.crm.jobs.enqueue("core.nothing", {})
    site.sign_in(page)
    open_page(page, f"{site.url}/settings/jobs/")
    assert "Waiting" in page.inner_text("#jobs")
    site.crm.jobs.run_waiting()
    page.wait_for_selector("#jobs:has-text('Failed')")


def test_wrong_form_shows_what_is_wrong_beside_the_field(site, page):
    site.sign_in(page)
    open_page(page, f"{site.url}/settings/users/new")
    page.fill("#field-name", "Sara")
    page.click("main button.btn-primary")
    assert page.inner_text("#field-login-error") == "Please fill this in."
    assert page.input_value("#field-name") == "Sara"


def test_page_can_be_used_with_the_keyboard(site, page):
    site.sign_in(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
