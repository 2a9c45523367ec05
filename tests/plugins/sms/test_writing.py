"""The dialog in which a message is written shows what an SMS costs, and takes the cheaper spelling by one click."""

import pytest

from core.clients.models import ContactPoint


def test_without_a_gateway_the_dialog_leads_to_the_gateways(client, make, web):
    text = web.sign_in(make.user("administrator")).text(f"/messages/write?client={client.id}")
    assert ("No gateway is set up yet." in text, 'href="/settings/sms/"' in text) == (True, True)


@pytest.fixture
def typed(gateway, client, make, web):
    """Returns what posts a text to a door of the dialog, and gives the answer's text."""
    gateway("smpp", "127.0.0.1:2775")
    web.sign_in(make.user("director"))
    address = ContactPoint.get(ContactPoint.client == client, ContactPoint.kind == "phone").value

    def post(door, body):
        sent = {"client": client.id, "channel": "sms", "address": address, "body": body}
        return web.post(f"/messages/write/{door}", sent).text

    return post


def test_albanian_letters_are_offered_without_their_marks(typed):
    body = "Përshëndetje nga Kafe Mira. " * 5
    assert "/messages/write/offered" in typed("text", body)
    assert ">Pershendetje nga Kafe Mira." in typed("offered", body)


def test_parts_are_counted(typed):
    assert "1 part" in typed("text", "Hello")
    assert "3 parts" in typed("text", "x" * 320)


def test_text_of_more_parts_than_the_settings_allow_is_refused_while_typing(typed):
    assert "text-danger" in typed("text", "слово " * 2_300)
