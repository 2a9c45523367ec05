"""How the gateways are is seen on their page, and said where the plugin is asked for its health."""

import pytest

from core.api import queue_message
from core.messages.models import Message
from plugins.sms.standing import health_of

PHONE = "+355691234567"


@pytest.fixture
def page(crm, web, make):
    """Returns what shows the page of gateways."""
    web.sign_in(make.user("administrator"))
    return lambda: web.text("/settings/sms/")


def had(crm, client, provider, state, **facts):
    message = queue_message(crm, "sms", client=client, address=PHONE, body="Hello")
    Message.update(provider=provider, state=state, **facts).where(Message.id == message.id).execute()


def test_a_gateway_shows_what_became_of_its_messages_within_a_day(crm, client, gateway, page):
    gateway("smpp", "127.0.0.1:1", name="Vodafone")
    had(crm, client, "Vodafone", "delivered")
    had(crm, client, "Vodafone", "delivered")
    had(crm, client, "Vodafone", "failed")
    text = page()
    assert ("Delivered 2" in text, "Failed 1" in text) == (True, True)
    crm.clock.advance(days=2)
    assert "Delivered" not in page()


def test_messages_that_can_not_go_are_a_trouble_with_its_reason(crm, client, gateway, page):
    gateway("smpp", "127.0.0.1:1", name="Vodafone")
    assert health_of(crm)[0].is_fine
    had(crm, client, "", "queued", attempts=2, reason="127.0.0.1 can't be reached.")
    assert "One message waits: 127.0.0.1 can&#39;t be reached." in page()
    assert [(one.is_fine, one.words) for one in health_of(crm)] == [
        (False, "One message waits: 127.0.0.1 can't be reached.")
    ]


def test_without_a_gateway_it_waits_to_be_set_up(crm):
    (found,) = health_of(crm)
    assert (found.is_fine, found.is_configured) == (False, False)


def test_without_an_address_of_ours_receipts_over_http_are_missed(crm, gateway):
    gateway("kannel", "http://127.0.0.1:1/x")
    (found,) = health_of(crm)
    assert "Set base_url" in found.words
