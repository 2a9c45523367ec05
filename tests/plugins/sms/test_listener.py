"""Receipts and messages that an SMPP server delivers over the listener's line."""

import threading

import pytest

from core.api import Client, queue_message
from core.clients.consent import is_allowed
from core.messages.models import Message
from core.messages.sending import send_queued
from core.tasks.models import Task
from plugins.sms import listener
from tests.plugins.sms.counterparts import smsc
from tests.waiting import until


@pytest.fixture(scope="module")
def network():
    with smsc() as server:
        yield server


def sent(crm, client, number, body="Hello"):
    message = queue_message(crm, "sms", client=client, address=number, body=body)
    send_queued(crm, {"channel": "sms"}, None)
    return message.id


def came_to(message_id, state):
    return until(lambda: Message.get_or_none(Message.id == message_id, Message.state == state))


@pytest.mark.parametrize("kind", ["00", "02", "05"])
def test_a_message_is_delivered_however_its_receipt_comes(crm, client, line, kind):
    """At once, before the answer, and under a number in another base."""
    came_to(sent(crm, client, f"+3556912345{kind}"), "delivered")


def test_a_message_that_was_not_delivered_says_what_the_network_says(crm, client, line):
    assert "UNDELIV" in came_to(sent(crm, client, "+355691234506"), "failed").reason


def test_a_message_of_many_parts_is_delivered_when_all_are(crm, client, line):
    came_to(sent(crm, client, "+355691234500", "Ë" * 150), "delivered")


def test_a_clients_message_stands_on_the_timeline_and_asks_the_owner_to_answer(crm, make, line, network):
    owner = make.user("seller")
    client = make.client(owner=owner, phones=["+355691112223"])
    network.deliver(**{"from": "355691112223", "to": "5000", "text": "Sa kushton?"})
    message = until(lambda: Message.get_or_none(Message.direction == "in"))
    assert (message.client_id, message.body) == (client.id, "Sa kushton?")
    assert message.interaction_id is not None
    assert until(lambda: Task.get_or_none(Task.client == client.id)).user_id == owner.id


def test_a_long_message_of_a_client_is_put_together(crm, make, line, network):
    make.client(phones=["+355691112224"])
    for place, text in ((2, "ë"), (1, "ç")):
        header = bytes((5, 0, 3, 9, 2, place)).hex()
        network.deliver(**{
            "from": "355691112224", "to": "5000", "hex": header + text.encode("utf-16-be").hex(), "coding": 8,
            "mode": 0x40,
        })  # fmt: skip
    assert until(lambda: Message.get_or_none(Message.direction == "in")).body == "çë"


def test_stop_withdraws_consent(crm, make, line, network):
    client = make.client(phones=["+355691112225"])
    assert is_allowed(client.id, "sms")
    network.deliver(**{"from": "355691112225", "to": "5000", "text": "stop"})
    until(lambda: not is_allowed(Client.get_by_id(client.id).id, "sms"))


def test_a_message_with_a_nul_in_it_is_kept_and_the_line_goes_on(crm, make, line, network):
    """PostgreSQL keeps no NUL; a stranger who sends one must not end the line."""
    make.client(phones=["+355691112226"])
    for text in ("a\x00b", "c"):
        octets = text.encode("utf-16-be").hex()
        network.deliver(**{"from": "355691112226", "to": "5000", "hex": octets, "coding": 8})
    until(lambda: Message.select().where(Message.direction == "in").count() == 2)
    assert {message.body for message in Message.select()} == {"ab", "c"}


def test_a_line_whose_thread_ended_is_begun_again(crm, line, monkeypatch):
    begun = []

    def ends_at_once(_crm, gateway, _stop):
        begun.append(gateway.id)

    monkeypatch.setattr(listener, "LOOK_S", 0.01)
    monkeypatch.setattr(listener, "keep_line", ends_at_once)
    stop = threading.Event()
    thread = threading.Thread(target=listener.listen, args=(crm, stop))
    thread.start()
    until(lambda: len(begun) > 1)
    stop.set()
    thread.join()
    assert set(begun) == {line.id}
