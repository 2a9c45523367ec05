"""Clients in a browser: duplicates are told while one types, the timeline grows in place, files come and go."""

import pytest

from core.clients.models import Client, Consent
from core.interactions.models import Interaction, StoredFile
from core.interactions.services import log_interaction
from tests.at_work import load_again, open_page

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def client(site):
    return site.make.client("Kafe Mira Shpk", phones=["0692012345"])


@pytest.fixture
def card(site, page, client):
    """Returns the page with the client's card open, its timeline there."""
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/{client.id}")
    page.wait_for_selector("#timeline")
    return page


def test_client_that_is_here_already_is_told_while_one_types(site, page, client):
    page.set_viewport_size(PHONE)
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/new")
    page.locator("#field-name").press_sequentially("kafe mira")
    page.wait_for_selector("#duplicates >> text=Kafe Mira Shpk")
    page.fill("#field-name", "Trade Drin")
    page.wait_for_selector("#duplicates >> text=Kafe Mira Shpk", state="detached")
    page.fill("[name=phones]", "069 20 12 345")
    page.wait_for_selector("#duplicates >> text=Kafe Mira Shpk")


def test_client_is_made_with_two_phones(site, page):
    page.set_viewport_size(DESKTOP)
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/new")
    page.fill("#field-name", "Drin Trade")
    page.fill("[name=phones]", "0692012345")
    page.locator("#field-phones button").click()
    page.locator("[name=phones]").nth(1).fill("0682223344")
    page.click("text=Make the client")
    page.wait_for_selector("a[href='tel:+355682223344']")
    assert Client.get().phone == "+355692012345"


def test_call_is_noted_in_two_clicks_and_the_form_is_empty_again(card, client):
    card.click(".composer >> text=Call")
    card.fill(".composer textarea", "She wants two machines")
    card.click(".composer >> text=Save")
    card.wait_for_selector(".moment-call >> text=She wants two machines")
    assert card.input_value(".composer textarea") == ""
    assert Interaction.get().kind == "call"


def test_timeline_is_filtered_and_read_on(site, card, client):
    for number in range(25):
        log_interaction(site.crm, client, kind="note", body=f"Note no. {number}.")
    load_again(card)
    card.wait_for_selector("text=Note no. 24.")
    card.click(".moments-filters >> text=Meetings")
    card.wait_for_selector("text=Nothing of this kind yet.")
    card.click(".moments-filters >> text=Notes")
    card.click("text=Show earlier")
    card.wait_for_selector("text=Note no. 0.")
    assert card.locator(".moment-note").count() == 25


def test_entry_is_deleted_after_a_question(site, card, client):
    log_interaction(site.crm, client, kind="note", body="By mistake")
    load_again(card)
    card.on("dialog", lambda dialog: dialog.accept())
    card.click(".moment-note [data-bs-toggle=dropdown]")
    card.click(".moment-note >> text=Delete")
    card.wait_for_selector("text=Note your first call")
    assert Interaction.select().count() == 0


def test_consent_is_noted_from_its_menu(card, client):
    card.locator(".consent", has_text="SMS").locator("[data-bs-toggle=dropdown]").click()
    card.locator(".consent", has_text="SMS").locator("[name=how]").fill("on the phone")
    card.locator(".consent", has_text="SMS").locator("text=Refused").click()
    card.wait_for_selector(".consent .badge >> text=refused")
    assert (Consent.get().channel, Consent.get().is_given) == ("sms", False)


def test_file_is_added_and_deleted_in_place(card, client):
    card.on("dialog", lambda dialog: dialog.accept())
    card.wait_for_selector(".file-form")
    card.set_input_files("[name=file]", {"name": "offer.pdf", "mimeType": "text/html", "buffer": b"%PDF-1.7"})
    card.click(".file-form button")
    card.wait_for_selector("#files >> text=offer.pdf")
    assert StoredFile.get().media_type == "application/pdf"
    card.click("#files button[aria-label=Delete]")
    card.wait_for_selector("#files >> text=No files yet.")
    assert StoredFile.select().count() == 0


@pytest.mark.parametrize("width", [390, 768, 1024, 1440])
def test_card_fits_the_width(site, page, width):
    name = "Общество «" + "Северозападныймашиностроительный" * 3 + "»"
    client = site.make.client(name, emails=["x" * 60 + "@example.com"])
    page.set_viewport_size({"width": width, "height": 844})
    site.sign_in(page)
    open_page(page, f"{site.url}/clients/{client.id}")
    page.wait_for_selector("#timeline")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("(m => m.scrollWidth - m.clientWidth)(document.querySelector('main'))") <= 0
