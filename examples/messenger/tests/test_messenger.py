"""Rules of the messenger, against a scripted Pigeon."""

import pytest

from core.api import InvalidInput, queue_message

PHONE = "+355691234567"


@pytest.fixture
def client(make):
    return make.client("Kafe Mira", owner=make.user("seller"), phones=[PHONE])


@pytest.fixture
def write(crm, client, pigeon):
    """Returns what queues a message, lets the worker do its work, and returns the message as it is then."""

    def queue(address=PHONE, body="Hello"):
        message = queue_message(crm, "messenger", client=client, address=address, body=body)
        crm.jobs.run_waiting()
        return type(message).get_by_id(message.id)

    return queue


@pytest.fixture
def fetch(crm):
    def now():
        crm.jobs.enqueue("messenger.fetch", {})
        crm.jobs.run_waiting()

    return now


def test_a_message_is_handed_over_and_its_receipt_taken(write, pigeon, fetch):
    message = write()
    assert (message.state, message.provider_ref, pigeon.taken[str(message.id)]["text"]) == ("sent", "m-1", "Hello")
    pigeon.tell(kind="receipt", id="m-1", state="delivered")
    fetch()
    assert type(message).get_by_id(message.id).state == "delivered"


def test_an_answer_stands_on_the_timeline_of_its_client_once(write, client, pigeon, fetch, web):
    write()
    pigeon.tell(kind="message", id="i-1", **{"from": PHONE}, text="See you")
    waiting = list(pigeon.waiting)
    fetch()
    assert pigeon.waiting == []
    pigeon.waiting = waiting  # told again, as after a crash before the confirmation
    fetch()
    text = web.sign_in(client.owner).text(f"/interactions/client/{client.id}/timeline")
    assert text.count("See you") == 1


def test_a_number_without_pigeon_fails_with_its_reason(write):
    message = write("+355691234404")
    assert (message.state, message.reason) == ("failed", "Nobody has Pigeon at this number.")


@pytest.mark.parametrize(("status", "state"), [(500, "queued"), (429, "queued"), (401, "failed")])
def test_a_failure_is_tried_again_if_that_makes_sense(write, pigeon, status, state):
    pigeon.fails_with = status
    assert (write().state, pigeon.taken) == (state, {})


def test_what_is_no_number_is_refused(write):
    with pytest.raises(InvalidInput, match="no phone number"):
        write("somewhere")


def test_without_a_token_the_dialog_says_what_is_missing(crm, web, client):
    text = web.sign_in(client.owner).text(f"/messages/write?client={client.id}")
    assert "Set the address and token of Pigeon first." in text
