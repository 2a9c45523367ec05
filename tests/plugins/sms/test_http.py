"""Gateways over HTTP: what a small server of ours answers, and what it tells at the addresses it is given."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from core.api import queue_message
from core.messages.again import send_again
from core.messages.models import Message
from core.messages.sending import send_queued
from plugins.sms.providers import http
from plugins.sms.providers.twilio import SIGNATURE, sign

OURS = "https://crm.example.com"
DELIVERED, FAILED = "1", "2"  # as Kannel says them


class Server:
    """Answers each message with the next of `says`, the last again and again; a status of 0 breaks off unanswered."""

    def __init__(self):
        self.heard, self.says = [], [(201, '{"sid": "SM1"}')]
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                server.heard.append(dict(parse_qsl(body or urlsplit(self.path).query)))
                status, text = server.says.pop(0) if len(server.says) > 1 else server.says[0]
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST

            def log_message(self, *_what):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def network():
    server = Server()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def line(crm, gateway, own_network, network, monkeypatch):
    monkeypatch.setattr(http, "WAIT_S", 0.01)
    object.__setattr__(crm.config, "base_url", OURS)
    return gateway("twilio", network.url, login="AC1", sender="+15005550006", per_second=1000)


@pytest.fixture
def sent(crm, client):
    def send(body="Hello"):
        message = queue_message(crm, "sms", client=client, address="+355691234567", body=body)
        send_queued(crm, {"channel": "sms"}, None)
        return Message.get_by_id(message.id)

    return send


def told(web, url, values, token="secret"):
    """Calls an address of ours as the gateway does, and returns the status of the answer."""
    signature = sign(token, OURS + url, values)
    return web.client.post(url, data=values, headers={SIGNATURE: signature}).status_code


def test_a_message_is_posted_with_the_address_for_its_receipt(sent, line, network):
    message = sent()
    assert (message.state, message.provider_ref) == ("sent", "SM1")
    (heard,) = network.heard
    back = heard.pop("StatusCallback")
    assert heard == {"To": "+355691234567", "From": "+15005550006", "Body": "Hello"}
    assert back == f"{OURS}/sms/{line.token}/receipt?id={message.id}"


@pytest.mark.parametrize(
    ("segments", "parts"), [('"3"', 3), ('"0"', 2), ('"many"', 2), ("null", 2)], ids=["told", "not yet", "odd", "none"]
)
def test_parts_are_those_that_the_gateway_counts(sent, line, network, segments, parts):
    network.says = [(201, f'{{"sid": "SM1", "num_segments": {segments}}}')]
    assert sent("a" * 200).parts == parts


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ([(429, ""), (429, ""), (201, '{"sid": "SM1"}')], "sent"),
        ([(429, "")], "queued"),
        ([(500, "")], "queued"),
        ([(400, '{"message": "No such number"}')], "failed"),
        ([(0, "")], "uncertain"),
    ],
    ids=["too many for a while", "too many", "server error", "refused", "broken off after sending"],
)
def test_what_a_gateway_answers_is_what_the_message_becomes(sent, line, network, says, state):
    network.says = says
    assert sent().state == state


def test_what_the_gateway_may_have_taken_says_so_in_words(sent, line, network):
    network.says = [(0, "")]
    assert sent().reason == "The line broke before the gateway answered."


def test_a_signed_receipt_is_taken(web, sent, line):
    message = sent()
    url = f"/sms/{line.token}/receipt?id={message.id}"
    assert told(web, url, {"MessageStatus": "delivered", "MessageSid": "SM1"}) == 204
    assert Message.get_by_id(message.id).state == "delivered"


def test_a_receipt_for_a_number_that_no_message_has_changes_nothing(web, line):
    for number in ("1" * 25, "9" * 5_000):
        url = f"/sms/{line.token}/receipt?id={number}"
        assert told(web, url, {"MessageStatus": "delivered", "MessageSid": "SM1"}) == 204


def test_the_late_failure_of_an_earlier_try_does_not_fail_the_next(crm, web, sent, line, network):
    message = sent()
    url = f"/sms/{line.token}/receipt?id={message.id}"
    told(web, url, {"MessageStatus": "undelivered", "MessageSid": "SM1"})
    network.says = [(201, '{"sid": "SM2"}')]
    send_again(crm, Message.get_by_id(message.id))
    send_queued(crm, {"channel": "sms"}, None)
    told(web, url, {"MessageStatus": "failed", "MessageSid": "SM1"})
    assert Message.get_by_id(message.id).state == "sent"
    told(web, url, {"MessageStatus": "failed", "MessageSid": "SM2"})
    assert Message.get_by_id(message.id).state == "failed"


def test_a_gateway_that_numbers_no_message_is_told_that_of_the_try(crm, web, client, gateway, own_network, network):
    object.__setattr__(crm.config, "base_url", OURS)
    gateway("kannel", network.url, per_second=1000)
    network.says = [(202, "0: Accepted for delivery")]
    message = queue_message(crm, "sms", client=client, address="+355691234567", body="Hello")
    send_queued(crm, {"channel": "sms"}, None)

    def tell(heard, kind):
        """Calls the address that one try was given, as the gateway does."""
        url = heard["dlr-url"].removeprefix(OURS)
        assert web.client.get(url.replace("%d", kind).replace("%A", "ACK/")).status_code == 204
        return Message.get_by_id(message.id).state

    assert tell(network.heard[0], FAILED) == "failed"
    send_again(crm, Message.get_by_id(message.id))
    send_queued(crm, {"channel": "sms"}, None)
    assert tell(network.heard[0], FAILED) == "sent"
    assert tell(network.heard[1], FAILED) == "failed"
    assert tell(network.heard[0], DELIVERED) == "delivered"  # whichever try it was, the client has it


@pytest.mark.parametrize("what", ["receipt", "incoming"])
def test_a_wrong_signature_is_forbidden_and_nothing_is_written(web, sent, line, what):
    message = sent()
    values = {"MessageStatus": "failed", "From": "+355691234567", "Body": "STOP"}
    assert told(web, f"/sms/{line.token}/{what}?id={message.id}", values, token="guessed") == 403
    assert (Message.select().count(), Message.get().state) == (1, "sent")


def test_an_address_that_nobody_was_given_is_not_found(web, line):
    assert told(web, "/sms/guessed/incoming", {"From": "+355691234567"}) == 404


def test_a_message_of_a_client_told_twice_is_one(web, client, line):
    values = {"From": "+355691234567", "Body": "Po", "MessageSid": "SM9"}
    for _time in range(2):
        assert told(web, f"/sms/{line.token}/incoming", values) == 200
    message = Message.get(Message.direction == "in")
    assert (message.client_id, message.body) == (client.id, "Po")


def test_the_next_gateway_takes_what_the_first_does_not(gateway, sent, line, network):
    gateway("kannel", "http://127.0.0.1:9/", name="down", place=0)
    message = sent()
    assert (message.state, message.provider) == ("sent", line.name)
