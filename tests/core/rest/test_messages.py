"""Messages over REST: sent, followed, tried again, cancelled, assigned, done with; and what each refuses."""

import pytest

from core.messages.incoming import receive_message
from core.messages.models import Message
from core.messages.writing import queue_message

PHONE = "+355691111111"


@pytest.fixture
def client(make):
    return make.client("Kafe Mira", phones=[PHONE])


@pytest.fixture
def queued(crm, client, channel):
    return queue_message(crm, "fake", client=client, address=PHONE, body="Hello")


def test_message_is_sent(crm, api, client, channel):
    sent = {"channel": "fake", "client": client.id, "address": PHONE, "body": "Hello"}
    answer = api.post("/messages", sent)
    assert (answer.status_code, answer.json["state"], answer.json["direction"]) == (201, "queued", "out")
    crm.jobs.run_waiting()
    shown = api.get(f"/messages/{answer.json['id']}")
    assert (shown.json["state"], shown.json["provider_ref"]) == ("sent", f"ref-{answer.json['id']}")
    assert len(channel.sent) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [({"channel": "pigeon"}, 404), ({"client": 999}, 404), ({"address": "nobody"}, 422), ({"body": ""}, 422)],
)
def test_what_can_not_be_sent_is_refused(api, client, channel, change, status):
    sent = {"channel": "fake", "client": client.id, "address": PHONE, "body": "Hello", **change}
    assert api.post("/messages", sent).status_code == status
    assert not Message.select().exists()


def test_list_is_filtered_by_state_channel_and_direction(crm, api, queued):
    receive_message(crm, "fake", address="+355699999999", body="Hi")
    assert [one["id"] for one in api.get("/messages?state=queued&channel=fake&direction=out").json] == [queued.id]
    assert [one["client"] for one in api.get("/messages?direction=in").json] == [None]


def test_change_asks_for_the_state_that_was_seen(api, queued):
    mark = api.get(f"/messages/{queued.id}").headers["ETag"]
    assert api.post(f"/messages/{queued.id}/cancel").status_code == 428
    assert api.post(f"/messages/{queued.id}/cancel", seen=mark).json["state"] == "cancelled"
    assert api.post(f"/messages/{queued.id}/cancel", seen=mark).status_code == 412


def test_uncertain_message_is_tried_again_only_by_who_is_sure(crm, api, queued, channel):
    channel.says = "uncertain"
    crm.jobs.run_waiting()
    assert api.post(f"/messages/{queued.id}/again", {}, seen="*").status_code == 422
    assert api.post(f"/messages/{queued.id}/again", {"is_sure": True}, seen="*").json["state"] == "queued"


def test_message_of_an_unknown_address_is_assigned_and_done_with(crm, api, client, channel):
    message = receive_message(crm, "fake", address="+355699999999", body="Hi")
    assert api.post(f"/messages/{message.id}/assign", {"client": client.id}, seen="*").json["client"] == client.id
    assert api.post(f"/messages/{message.id}/done", seen="*").json["handled_at"]


def test_seller_neither_sees_nor_sends_to_clients_of_others(program, make, client, queued):
    seller = program(make.user("seller"))
    assert seller.get(f"/messages/{queued.id}").status_code == 404
    sent = {"channel": "fake", "client": client.id, "address": PHONE, "body": "Hello"}
    assert seller.post("/messages", sent).status_code == 404


def test_reader_may_not_send(program, make, client, channel):
    sent = {"channel": "fake", "client": client.id, "address": PHONE, "body": "Hello"}
    assert program(make.user("reader")).post("/messages", sent).status_code == 403
