"""Kannel itself, between us and an SMPP server: out, what became of it, and in."""

import threading
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

from core.api import queue_message
from core.messages.models import Message
from core.messages.sending import send_queued
from core.web.factory import create_web
from plugins.sms.providers.kannel import INCOMING
from tests.plugins.sms.counterparts import smsc
from tests.plugins.sms.kannel import kannel
from tests.waiting import until

FOREIGN = "Përshëndetje, Привет & 100 % 🙂"


def sent(crm, client, number, body="Hello"):
    message = queue_message(crm, "sms", client=client, address=number, body=body)
    send_queued(crm, {"channel": "sms"}, None)
    return message.id


def came_to(message_id, state):
    return until(lambda: Message.get_or_none(Message.id == message_id, Message.state == state))


@pytest.fixture
def served(crm):
    """Serves the instance on loopback, as its gateways reach it."""
    server = make_server("127.0.0.1", 0, create_web(crm), threaded=True)
    crm.config = replace(crm.config, base_url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield crm.config.base_url
    server.shutdown()
    thread.join()
    server.server_close()


def test_kannel_sends_tells_what_became_of_it_and_brings_answers(crm, make, gateway, own_network, served, tmp_path):
    client = make.client(phones=["+355691234500"])
    made = gateway("kannel", "http://127.0.0.1:1/", sender="Hinka", per_second=1000)
    with (
        smsc() as network,
        kannel(tmp_path, network.port, f"{served}/sms/{made.token}/incoming{INCOMING}") as address,
    ):
        made.address = address
        made.save()
        network.got("bound")

        delivered = sent(crm, client, "+355691234500", "Përshëndetje, çmimi është gati")
        refused = sent(crm, client, "+355691234506")
        network.deliver(**{"from": "355691234500", "to": "5000", "text": "Faleminderit"})
        network.deliver(**{"from": "355691234500", "to": "5000", "hex": FOREIGN.encode("utf-16-be").hex(), "coding": 8})

        assert came_to(delivered, "answered").parts == 1
        assert came_to(refused, "failed").reason
        assert network.got()["text"] == "Përshëndetje, çmimi është gati"
        came = until(lambda: Message.select().where(Message.direction == "in").count() == 2) and Message.select()
        assert {one.body for one in came if one.direction == "in"} == {"Faleminderit", FOREIGN}
        assert {one.client_id for one in came} == {client.id}
