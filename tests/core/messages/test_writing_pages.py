"""A message is written over any page: by which channel, to which address, what it costs and what speaks against it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.clients.consent import record_consent
from core.clients.contacts import create_contact
from core.errors import InvalidInput
from core.hooks.channels import Prepared
from core.interactions.files import store_file
from core.messages.message_templates import save_template
from core.messages.models import Message

from .conftest import PHONE

HTMX = {"HX-Request": "true"}


@pytest.fixture
def typed(client):
    return {"client": client.id, "channel": "fake", "address": PHONE, "body": "Shall we meet?"}


@pytest.fixture
def browser(channel, web, owner):
    return web.sign_in(owner)


def exchanged(crm, **facts):
    crm.channels["fake"] = replace(crm.channels["fake"], **facts)


def test_without_a_client_the_dialog_asks_for_one(browser, client):
    assert 'id="write-search"' in browser.text("/messages/write")
    assert f"/messages/write?client={client.id}" in browser.text("/messages/write/clients?q=mira")
    assert "No client fits" in browser.text("/messages/write/clients?q=zzz")


def test_dialog_offers_the_addresses_of_the_client_and_its_contacts(crm, browser, client):
    contact = create_contact(crm, client, name="Mira Leka", phones=["+355692222222"])
    text = browser.text(f"/messages/write?client={client.id}&contact={contact.id}")
    assert '<option value="+355692222222" selected>Mira Leka · ' in text
    assert f'<option value="{PHONE}">' in text


def test_message_is_sent_from_the_dialog_and_the_page_told(crm, browser, typed, channel):
    answer = browser.post("/messages/write", typed, headers=HTMX)
    assert "hinka:noted" in answer.headers["HX-Trigger"]
    crm.jobs.run_waiting()
    assert [one.body for one in channel.sent] == ["Shall we meet?"]


def test_message_about_a_deal_stands_on_the_deal(browser, typed, client, owner, make):
    deal = make.deal(client=client, owner=owner)
    browser.post("/messages/write", {**typed, "deal": deal.id})
    assert Message.get().deal_id == deal.id
    assert "Shall we meet?" in browser.text(f"/deals/{deal.id}")


def test_message_waits_for_its_time(crm, browser, typed, channel):
    at = f"{(crm.clock.now() + timedelta(hours=2)).astimezone(crm.config.zone):%Y-%m-%dT%H:%M}"
    browser.post("/messages/write", {**typed, "send_after": at})
    crm.jobs.run_waiting()
    assert (Message.get().state, channel.sent) == ("queued", [])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda crm, client: record_consent(crm, client, "sms", is_given=False), "The client refused it."),
        (lambda crm, client: exchanged(crm, address_kind="pigeon"), "The client has no address for it."),
        (lambda crm, client: exchanged(crm, readiness=lambda crm: "Set the token first."), "Set the token first."),
    ],
)
def test_channel_that_can_not_be_used_says_why(crm, browser, client, channel, change, sentence):
    change(crm, client)
    text = browser.text(f"/messages/write?client={client.id}")
    assert sentence in text
    assert "No message can be sent to this client now" in text


def test_what_is_missing_is_what_is_offered(crm, browser, client, channel):
    """A phone where there is none; the page of the channel, to those who may, where that is not set up."""
    url = f"/messages/write?client={client.id}"
    exchanged(crm, address_kind="pigeon")
    assert "Add a phone or e-mail" in browser.text(url)
    exchanged(crm, readiness=lambda crm: "Set the token first.")
    text = browser.text(url)
    assert ("Add a phone" in text, "Ask an administrator" in text) == (False, True)


@pytest.mark.parametrize(("page", "is_led"), [("plugins.index", True), ("nowhere.index", False)])
def test_an_administrator_is_led_to_where_a_channel_is_set_up(crm, web, make, client, channel, page, is_led):
    exchanged(crm, readiness=lambda crm: "Set the token first.", set_up=page)
    text = web.sign_in(make.user("administrator")).text(f"/messages/write?client={client.id}")
    assert ("Set up " in text, "Ask an administrator" in text) == (is_led, False)


def test_channel_whose_readiness_fails_does_not_take_the_page_down(crm, browser, client):
    exchanged(crm, readiness=lambda crm: 1 / 0)
    assert "It does not work at present" in browser.text(f"/messages/write?client={client.id}")


def test_without_any_channel_the_dialog_says_where_they_come_from(web, owner, client):
    assert "No channel is switched on yet" in web.sign_in(owner).text(f"/messages/write?client={client.id}")


def test_text_is_measured_as_it_is_typed(crm, browser, typed):
    exchanged(crm, prepare=lambda crm, draft: Prepared(draft.address, draft.body, 2, counted="2 parts · 31 signs left"))
    assert "2 parts · 31 signs left" in browser.post("/messages/write/text", typed).text
    assert "signs" not in browser.post("/messages/write/text", {**typed, "body": " "}).text


def test_what_the_channel_refuses_is_said_while_typing(crm, browser, typed):
    def refuse(crm, draft):
        raise InvalidInput("Too long for this network.")

    exchanged(crm, prepare=refuse)
    assert "Too long for this network." in browser.post("/messages/write/text", typed).text


def test_cheaper_spelling_is_taken_by_one_click(crm, browser, typed):
    exchanged(
        crm, prepare=lambda crm, draft: Prepared(draft.address, draft.body, 2, offered=draft.body.replace("ë", "e"))
    )
    typed = {**typed, "body": "Mirë"}
    assert "/messages/write/offered" in browser.post("/messages/write/text", typed).text
    assert ">Mire</textarea>" in browser.post("/messages/write/offered", typed).text


def test_template_is_filled_in_for_the_client(crm, browser, typed, client):
    made = save_template(
        crm, None, {"name": "Hello", "body": "Dear {client.name}, {client.owner.name} greets you. {client.city}"}
    )
    text = browser.post("/messages/write/template", {**typed, "template": made.id}).text
    assert ">Dear Kafe Mira, Ana Hoxha greets you. </textarea>" in text


def test_channel_that_carries_files_gets_those_that_were_chosen(crm, browser, typed, client, owner, tmp_path):
    path = tmp_path / "offer.txt"
    path.write_text("Offer")
    with path.open("rb") as stream:
        stored = store_file(crm, owner, "client", client.id, "offer.txt", stream)
    exchanged(crm, carries_files=True)
    assert "offer.txt" in browser.text(f"/messages/write?client={client.id}")
    browser.post("/messages/write", {**typed, "files": stored.id})
    assert Message.get().extra == {"files": [stored.id]}


def test_empty_text_is_refused_in_the_dialog(browser, typed):
    assert "Please fill this in" in browser.post("/messages/write", {**typed, "body": " "}).text
    assert not Message.select().exists()


def test_address_of_somebody_else_is_refused(browser, typed):
    assert "Choose an address" in browser.post("/messages/write", {**typed, "address": "+355699999999"}).text
    assert not Message.select().exists()


def test_nobody_writes_to_a_client_of_somebody_else(channel, web, typed, make):
    assert web.sign_in(make.user()).post("/messages/write", typed).status_code == 404


def test_reader_may_not_write(channel, web, make):
    assert web.sign_in(make.user("reader")).get("/messages/write").status_code == 403


def test_register_dialog_leads_to_writing_and_leaves_sms_to_the_channel(browser):
    text = browser.text("/register")
    assert "/messages/write" in text
    assert 'value="sms"' not in text


@pytest.mark.parametrize("is_page", [True, False], ids=["page", "dialog"])
def test_a_refusal_is_answered_where_it_was_written(browser, typed, is_page):
    """A page as a page, without a dialog over it that has the same ids; a dialog as a dialog."""
    headers = {} if is_page else HTMX
    opened = browser.get(f"/messages/write?client={typed['client']}", headers=headers).text
    refused = browser.post("/messages/write", {**typed, "body": " "}, headers=headers).text
    for text in (opened, refused):
        assert ("<html" in text, "<dialog" in text, 'hx-target="#dialogs" enctype' in text) == (
            is_page, not is_page, not is_page
        )  # fmt: skip
        assert text.count('id="writing"') == text.count('id="field-body"') == 1
    assert "Please fill this in" in refused


def test_on_a_page_another_channel_leaves_it_a_page(browser, typed):
    text = browser.post("/messages/write/channel", {**typed, "as_page": "yes"}, headers=HTMX).text
    assert ('name="as_page"' in text, 'hx-target="#dialogs"' in text) == (True, False)
    assert 'hx-target="#dialogs"' in browser.post("/messages/write/channel", typed, headers=HTMX).text


def test_without_a_script_a_client_is_searched_and_a_template_taken(crm, browser, typed, client):
    made = save_template(crm, None, {"name": "Hello", "body": "Dear {client.name}"})
    assert f'href="/messages/write?client={client.id}">' in browser.text("/messages/write?q=mira")
    text = browser.post("/messages/write/filled", {**typed, "template": made.id}).text
    assert ("<html" in text, ">Dear Kafe Mira</textarea>" in text) == (True, True)


def test_a_page_about_a_deal_leads_back_to_it(browser, typed, make, client, owner):
    deal = make.deal(client=client, owner=owner)
    assert browser.post("/messages/write", {**typed, "deal": deal.id}).headers["Location"] == f"/deals/{deal.id}"
