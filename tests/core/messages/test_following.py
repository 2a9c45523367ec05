"""What became of a message is seen on the timeline; it is tried again, cancelled, and an uncertain one asked about."""

from dataclasses import replace

import pytest

from core.clients.consent import record_consent
from core.clients.services import delete_client
from core.errors import InvalidInput, ProviderError
from core.messages.again import send_again
from core.messages.inbox import NEWS_KEY
from core.messages.models import Message
from core.messages.receipts import report_state, take_receipts
from core.messages.writing import queue_message

from .conftest import PHONE

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sent(crm, client, channel):
    """Returns what sends a message that the network answers with a state or an error."""

    def send(says="sent"):
        channel.says = says
        message = queue_message(crm, "fake", client=client, address=PHONE, body="Hello")
        crm.jobs.run_waiting()
        channel.says = "sent"
        return Message.get_by_id(message.id)

    return send


@pytest.fixture
def browser(channel, web, owner):
    return web.sign_in(owner)


def timeline(browser, client):
    return browser.text(f"/interactions/client/{client.id}/timeline")


def test_timeline_shows_the_state_with_its_reason(crm, browser, sent, client):
    message = sent()
    report_state(crm, "fake", f"ref-{message.id}", "bounced", reason="No such number")
    text = timeline(browser, client)
    assert "Came back" in text
    assert "No such number" in text
    assert f"/messages/{message.id}/again" in text


def test_timeline_asks_anew_for_states_that_may_change(browser, sent, client):
    going, ended = sent(), sent("failed")
    text = timeline(browser, client)
    assert f"ids={going.id}" in text.replace("&amp;", "&")
    assert str(ended.id) not in text.partition("ids=")[2].partition('"')[0]


def test_state_comes_to_open_pages(crm, browser, sent, client, arrive):
    message = sent()
    before = browser.app.extensions["hinka_live"].texts([client.owner_id], NEWS_KEY)
    url = f"/messages/states?entity=client&entity_id={client.id}&newest=0&ids={message.id}"
    crm.clock.advance(seconds=1)
    report_state(crm, "fake", f"ref-{message.id}", "delivered")
    text = browser.text(url)
    assert "Delivered" in text
    assert "A message came in" not in text
    assert browser.app.extensions["hinka_live"].texts([client.owner_id], NEWS_KEY) != before
    arrive()
    assert "A message came in" in browser.text(url)


def test_states_of_clients_of_others_are_not_told(browser, sent, make):
    message = sent()
    assert "Sent" not in browser.sign_in(make.user()).text(f"/messages/states?ids={message.id}")


def test_failed_message_is_tried_again(crm, browser, sent, channel):
    message = sent(ProviderError("The gateway refused it.", retryable=False))
    assert (message.state, channel.sent) == ("failed", [])
    browser.post(f"/messages/{message.id}/again", headers=HTMX)
    crm.jobs.run_waiting()
    assert (Message.get().state, [one.id for one in channel.sent]) == ("sent", [message.id])


def test_message_refused_for_want_of_consent_is_asked_again_when_it_is_sent(crm, client, sent, channel):
    message = queue_message(crm, "fake", client=client, address=PHONE, body="Hello")
    record_consent(crm, client, "sms", is_given=False)
    crm.jobs.run_waiting()
    send_again(crm, message)
    crm.jobs.run_waiting()
    assert (Message.get().state, channel.sent) == ("refused", [])


def test_uncertain_message_is_sent_again_only_after_a_clear_question(crm, browser, sent, client, channel):
    message = sent("uncertain")
    assert "the client gets it twice" in timeline(browser, client)
    assert browser.post(f"/messages/{message.id}/again").status_code == 422
    browser.post(f"/messages/{message.id}/again", {"is_sure": "yes"})
    crm.jobs.run_waiting()
    assert (Message.get().state, len(channel.sent)) == ("sent", 2)


def test_sent_message_is_not_sent_again(crm, sent):
    with pytest.raises(InvalidInput, match="did not arrive"):
        send_again(crm, sent(), is_sure=True)


def test_late_receipt_of_the_first_try_says_nothing_of_the_second(crm, sent):
    message = sent()
    report_state(crm, "fake", f"ref-{message.id}", "failed")
    send_again(crm, message)
    report_state(crm, "fake", f"ref-{message.id}", "delivered")
    assert Message.get().state == "queued"


def test_waiting_message_is_cancelled(crm, browser, client, channel):
    message = queue_message(crm, "fake", client=client, address=PHONE, body="Hello")
    answer = browser.post(f"/messages/{message.id}/cancel", headers=HTMX)
    assert "Cancelled" in answer.text
    crm.jobs.run_waiting()
    assert channel.sent == []


def test_message_page_tells_all_states(browser, sent):
    message = sent()
    text = browser.text(f"/messages/{message.id}")
    assert text.index("Waiting") < text.index("Being sent") < text.rindex("Sent")


def test_message_of_a_channel_that_was_switched_off_is_still_shown(crm, browser, sent):
    message = sent()
    del crm.channels["fake"]
    assert "Hello" in browser.text(f"/messages/{message.id}")


def test_list_finds_by_state_and_many_are_tried_again(crm, browser, sent, channel):
    ids = [sent("failed").id, sent("failed").id]
    delivered = sent()
    text = browser.text('/messages/?f={"field":"state","op":"equal","value":"failed"}')
    assert f'data-row="{ids[0]}"' in text
    assert f'data-row="{delivered.id}"' not in text
    browser.post("/messages/", {"action": "retry", "ids": [*ids, delivered.id]})
    crm.jobs.run_waiting()
    assert {one.state for one in Message.select()} == {"sent"}
    assert len(channel.sent) == 5


def test_list_cancels_many(crm, browser, client, channel):
    ids = [queue_message(crm, "fake", client=client, address=PHONE, body=body).id for body in "ab"]
    browser.post("/messages/", {"action": "cancel", "ids": ids})
    assert {one.state for one in Message.select()} == {"cancelled"}


def test_list_and_message_are_hidden_from_who_does_not_see_the_client(browser, sent, make):
    message = sent()
    browser.sign_in(make.user())
    assert f'data-row="{message.id}"' not in browser.text("/messages/")
    assert browser.get(f"/messages/{message.id}").status_code == 404


def test_list_asks_the_database_little(browser, sent, queries):
    for _number in range(5):
        sent()
    browser.text("/messages/")
    with queries.at_most(20):
        browser.text("/messages/")


def test_card_action_stands_where_a_channel_is(crm, browser, client, channel):
    assert f"/messages/write?client={client.id}" in timeline(browser, client)
    crm.channels["fake"] = replace(crm.channels["fake"])
    del crm.channels["fake"]
    assert "/messages/write" not in timeline(browser, client)


def test_an_answer_is_one_to_what_may_have_arrived(sent, arrive):
    first, second = sent(), sent("failed")
    arrive("On Monday")
    assert [Message.get_by_id(one.id).state for one in (first, second)] == ["answered", "failed"]


def test_an_answer_of_a_client_in_the_trash_waits_as_one_of_a_stranger(crm, client, sent, arrive):
    sent()
    delete_client(crm, client)
    assert arrive("On Monday").client_id is None


def test_a_receipt_of_what_a_plugin_handed_over_by_itself_waits_for_it(crm, channel):
    report_state(crm, "fake", "", "delivered", message_id=-7)
    report_state(crm, "fake", "ref-8", "bounced", reason="Full")
    with crm.work():
        found = take_receipts(crm, "fake", ["-7", "ref-8", "ref-9"])
    told = [(one.provider_ref, one.state, one.reason) for one in found]
    assert told == [("-7", "delivered", ""), ("ref-8", "bounced", "Full")]
    assert take_receipts(crm, "fake", ["-7"]) == []
