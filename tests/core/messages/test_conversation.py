"""What was written with a client stands on a tab of its card as one conversation."""

import pytest

from core.messages.conversation import PAGE, conversation_of
from core.messages.models import Message
from core.messages.writing import queue_message

from .conftest import PHONE

TAB = "?tab=core.messages"


@pytest.fixture
def write(crm, channel, client, owner):
    def queue(body, **facts):
        with crm.acting(owner.id, "web"):
            return queue_message(crm, "fake", client=client, address=PHONE, body=body, **facts)

    return queue


def test_both_sides_stand_in_their_order_with_who_wrote(write, arrive, web, client, owner):
    write("Shall we meet?")
    arrive("On Monday")
    text = web.sign_in(owner).text(f"/clients/{client.id}{TAB}")
    assert text.index("Shall we meet?") < text.index("On Monday")
    assert "bubble bubble-out" in text
    assert "bubble bubble-in" in text
    assert text.count("Ana Hoxha") >= 1


def test_a_deal_shows_what_was_written_about_it(write, web, make, client, owner):
    deal = make.deal(client=client, owner=owner)
    write("About the deal", deal=deal)
    write("About something else")
    text = web.sign_in(owner).text(f"/deals/{deal.id}{TAB}")
    assert "About the deal" in text
    assert "About something else" not in text


def test_it_is_read_by_one_query_however_long_it_is(write, client, owner, make, queries):
    deal = make.deal(client=client, owner=owner)
    for number in range(PAGE + 5):
        write(f"Message {number}", deal=deal)
    with queries.at_most(1):
        found = conversation_of(owner, client)
        assert {(one.writer.name, one.seen_deal.title) for one in found.messages} == {("Ana Hoxha", deal.title)}
    assert [one.body for one in found.messages][-1] == f"Message {PAGE + 4}"
    assert len(conversation_of(owner, client, found.older).messages) == 5


def test_without_messages_it_says_how_to_begin(web, client, owner, channel):
    text = web.sign_in(owner).text(f"/clients/{client.id}{TAB}")
    assert "Nothing was written yet" in text
    assert f"/messages/write?client={client.id}" in text


def test_without_a_channel_there_is_no_tab(web, client, owner):
    assert "core.messages" not in web.sign_in(owner).text(f"/clients/{client.id}")


def test_who_does_not_see_the_client_sees_no_conversation(write, web, make, client):
    write("Secret")
    assert web.sign_in(make.user()).get(f"/clients/{client.id}{TAB}").status_code == 404
    assert Message.select().count() == 1
