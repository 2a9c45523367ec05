"""Where webhooks may go: out into the internet, not into the own network, whatever a name says at which moment."""

import socket

import pytest

from core.errors import InvalidInput, ProviderError
from core.webhooks import sending
from core.webhooks.events import checked_events, is_wanted

PRIVATE = [
    "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1",
    "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1",
]  # fmt: skip


def resolving(*addresses):
    family = {True: socket.AF_INET6, False: socket.AF_INET}
    return lambda *_what, **_more: [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_refused(monkeypatch, address):
    monkeypatch.setattr(socket, "getaddrinfo", resolving("93.184.215.14", address))
    with pytest.raises(ProviderError, match="private network") as caught:
        sending.send("https://shop.example/hook", {}, b"{}", frozenset())
    assert not caught.value.retryable


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_itself_is_refused_when_it_is_typed(address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(InvalidInput, match="private network"):
        sending.check_url(f"http://{host}/hook", frozenset())


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch, listener):
    port = listener.server.server_port
    asked = []

    def once(*what, **_more):
        asked.append(what)
        return resolving("127.0.0.1")() if len(asked) == 1 else resolving("10.9.9.9")()

    monkeypatch.setattr(socket, "getaddrinfo", once)
    monkeypatch.setattr(socket, "create_connection", lambda place, _timeout: _straight(place))
    answer = sending.send(f"http://erp.local:{port}/hook", {"A": "b"}, b"{}", frozenset({"erp.local"}))
    assert (answer.status, answer.text) == (200, "thanks")
    ((headers, _body),) = listener.heard
    assert headers["Host"] == f"erp.local:{port}"
    assert len(asked) == 1


def _straight(place):
    line = socket.socket()
    line.settimeout(5)
    line.connect(place)
    return line


BAD = ["", "ftp://a.example/x", "https://", "example.com", "https://a:b@c.example/", "https://a.example/#x",
       "https://a.example/ x", "http://a.example:0/", "http://[::1", "https://a.example/" + "x" * 2000]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_address_gets_a_sentence(url):
    with pytest.raises(InvalidInput) as caught:
        sending.check_url(url, frozenset())
    assert "url" in caught.value.fields


def test_nobody_there_can_be_tried_again():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ProviderError) as caught:
        sending.send(f"http://127.0.0.1:{port}/", {}, b"", frozenset({"127.0.0.1"}))
    assert caught.value.retryable


@pytest.mark.parametrize("events", [[], ["deal.wonn"], ["zork.created"], ["deal"], ["*.*"], ["DEAL.won"]])
def test_unknown_events_are_refused(events):
    with pytest.raises(InvalidInput):
        checked_events(events, ["client", "deal"])


def test_events_of_plugins_and_families_are_taken():
    assert checked_events(["invoice.paid", "deal.*", "deal.*", "*"], ["invoice"]) == ["invoice.paid", "deal.*", "*"]
    assert is_wanted("deal.won", ["deal.*"])
    assert not is_wanted("deal_type.changed", ["deal.*"])
