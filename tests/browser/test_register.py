"""Registering an interaction in a browser: one key from anywhere, without leaving the page; on a phone by a tap."""

import pytest

from core.interactions.models import Interaction
from tests.at_work import open_page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def client(site):
    return site.make.client("Kafe Mira", phones=["+355 69 123 4567"])


def test_call_is_noted_on_the_clients_page_by_one_key_and_shown_at_once(site, page, client):
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/{client.id}")
    page.wait_for_selector("#timeline")
    page.keyboard.press("i")
    page.wait_for_selector("dialog[open] >> text=Kafe Mira")
    page.keyboard.press("3")
    page.keyboard.type("Showed the machine")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#timeline >> text=Showed the machine")
    assert page.locator("dialog").count() == 0
    assert Interaction.get().kind == "meeting"


def test_client_is_searched_by_typing_and_taken_by_enter(site, page, client):
    site.sign_in(page)
    open_page(page, f"{site.url}/deals/board")
    page.click("[data-register]")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("1")
    page.keyboard.type("mira")
    page.wait_for_selector("[data-register-client] >> text=Kafe Mira")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [name=subject]:focus")
    page.click("dialog .btn-primary")
    page.wait_for_selector("text=Noted: Call, Kafe Mira")
    assert Interaction.get().client_id == client.id


def test_meeting_is_planned_and_held_in_its_place_on_a_phone(site, page, client):
    page.set_viewport_size(PHONE)
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/{client.id}")
    page.click("[data-register]")
    page.click("label[for=register-planned]")
    page.fill("dialog [name=subject]", "At noon")
    page.click("dialog .btn-primary")
    page.fill(".moment-hold [name=result]", "They want two")
    page.click(".moment-hold button")
    page.wait_for_selector("#timeline >> text=They want two")
    assert Interaction.get().is_planned is False
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
