"""What came in waits until it is answered or done with; unknown senders are given to a client."""

import pytest

from core.clients.models import ContactPoint
from core.contacts import format_phone
from core.errors import InvalidInput
from core.interactions.models import Interaction
from core.messages.inbox import assign, waiting_messages, waiting_numbers
from core.messages.models import Message
from core.messages.writing import queue_message

from .conftest import PHONE

STRANGER = "+355693333333"


@pytest.fixture
def browser(channel, web, owner):
    return web.sign_in(owner)


def test_message_waits_until_it_is_answered(crm, browser, arrive, client, owner):
    arrive("When do you open?")
    assert "When do you open?" in browser.text("/messages/inbox")
    queue_message(crm, "fake", client=client, address=PHONE, body="At eight.")
    assert "Nothing waits for you" in browser.text("/messages/inbox")


def test_message_is_done_with_and_waits_again(browser, arrive, client):
    message = arrive()
    browser.post(f"/messages/{message.id}/done")
    assert (Message.get().handled_at is None, Message.get().handled_by_id) == (False, client.owner_id)
    browser.post(f"/messages/{message.id}/done", {"is_done": "no"})
    assert Message.get().handled_at is None


def test_list_of_messages_groups_phones_for_reading(browser, arrive, client):
    arrive("When do you open?")
    assert format_phone(PHONE) in browser.text("/messages/")


def test_stop_word_needs_no_answer(arrive, client, owner):
    arrive("stop")
    assert not waiting_messages(owner).exists()


def test_unknown_sender_is_given_to_a_client_with_all_that_was_written(crm, browser, arrive, client):
    for body in ("Hello", "Anybody there?"):
        arrive(body, address=STRANGER)
    assert "unknown sender" in browser.text("/messages/inbox")
    message = Message.select().first()
    assert "Kafe Mira" in browser.text(f"/messages/{message.id}/assign?part=owners&q=mira")
    browser.post(f"/messages/{message.id}/assign", {"client": client.id})
    assert {one.client_id for one in Message.select()} == {client.id}
    assert {one.body for one in Interaction.select().where(Interaction.client == client)} == {"Hello", "Anybody there?"}
    assert ContactPoint.select().where(ContactPoint.value == STRANGER, ContactPoint.client == client).exists()
    assert arrive("Me again", address=STRANGER).client_id == client.id


def test_sender_whose_address_no_card_holds_is_known_when_it_writes_again(crm, arrive, client):
    assign(crm, arrive(address=STRANGER), client, keeps_address=False)
    assert arrive("Again", address=STRANGER).client_id == client.id


def test_client_is_made_from_an_unknown_sender(browser, arrive):
    arrive(address=STRANGER)
    assert "/clients/new?phone=%2B355693333333" in browser.text("/messages/inbox")


def test_message_that_has_a_client_is_not_given_away(crm, arrive, client, make):
    with pytest.raises(InvalidInput, match="belongs to a client"):
        assign(crm, arrive(), make.client())


def test_contact_of_another_client_is_refused(crm, arrive, client, make):
    from core.clients.contacts import create_contact

    contact = create_contact(crm, make.client(), name="Ben")
    with pytest.raises(InvalidInput, match="another client"):
        assign(crm, arrive(address=STRANGER), client, contact)


def test_unknown_senders_are_hidden_from_who_may_not_see_them(arrive, make):
    message = arrive(address=STRANGER)
    assert list(waiting_messages(make.user("seller"))) == [message]
    assert list(waiting_messages(make.user("reader"))) == []


def test_messages_of_clients_of_others_are_hidden(client, arrive, make):
    arrive()
    assert list(waiting_messages(make.user("seller"))) == []


def test_number_counts_own_clients_and_unknown_senders(crm, client, arrive, owner, make, queries):
    other, reader = make.user("seller"), make.user("reader")
    arrive()
    arrive("Twice")
    arrive(address=STRANGER)
    with queries.at_most(2):
        assert waiting_numbers(crm, [owner.id, other.id, reader.id]) == {owner.id: 3, other.id: 1}


def test_menu_shows_the_inbox_with_its_number_where_a_channel_is(client, arrive, web, owner):
    arrive()
    text = web.sign_in(owner).text("/clients/")
    assert '<span data-live="core.inbox">1</span>' in text


def test_inbox_asks_the_database_little(browser, arrive, queries):
    for number in range(8):
        arrive(str(number), address=STRANGER)
    browser.text("/messages/inbox")
    with queries.at_most(10):
        browser.text("/messages/inbox")


def test_the_enter_key_in_the_search_gives_the_message_to_nobody(web, make, arrive, client):
    """A form's first button answers it: the clients stand in a form of their own."""
    message = arrive(address="+355697777777")
    text = web.sign_in(make.user("administrator")).text(f"/messages/{message.id}/assign?q=mira")
    search = text[text.index('role="search"') :]
    assert "<button" not in search[: search.index("</form>")]
    assert f'value="{client.id}"' in search
