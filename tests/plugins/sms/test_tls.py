"""SMPP over TLS, to scripted servers whose certificates an authority of the test has signed."""

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.api import InvalidInput, queue_message
from core.messages.models import Message
from core.messages.sending import send_queued
from plugins.sms import listener
from plugins.sms.models import Gateway
from plugins.sms.providers import smpp_kept_lines, smpp_line
from plugins.sms.providers.tls import context_of
from plugins.sms.trying import try_gateway
from tests.plugins.sms.certificates import FROM, UNTIL, Authority
from tests.plugins.sms.counterparts import smsc
from tests.waiting import until

NUMBER = "+355691234500"


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def servers(authority, tmp_path_factory):
    """Returns the servers by what their certificates are; one speaks no TLS."""
    folder = tmp_path_factory.mktemp("certificates")
    files = {
        "good": authority.certificate(folder / "good.pem"),
        "expired": authority.certificate(folder / "expired.pem", ends=FROM.replace(year=2002)),
        "too early": authority.certificate(folder / "early.pem", begins=UNTIL.replace(year=2100)),
        "of another": authority.certificate(folder / "other.pem", host="smpp.example.com"),
        "none": "",
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(smsc(CERTIFICATE=file)) for name, file in files.items()}
    smpp_kept_lines.close_lines()


@pytest.fixture
def line(gateway, own_network, servers, authority):
    """Returns a maker of gateways to one of the servers, that trust the authority of the test."""

    def make_line(which, *, address="", **values):
        address = address or f"smpps://{servers[which].address}"
        return gateway("smpp", address, **{"authority": authority.pem, "sender": "Hinka", "per_second": 1000, **values})

    return make_line


def test_messages_and_receipts_go_over_tls(crm, client, line, servers):
    made, stop = line("good"), threading.Event()
    thread = threading.Thread(target=listener.keep_line, args=(crm, made, stop))
    thread.start()
    servers["good"].got("bound")
    message = queue_message(crm, "sms", client=client, address=NUMBER, body="Ë" * 100)
    send_queued(crm, {"channel": "sms"}, None)
    until(lambda: Message.get_by_id(message.id).state == "delivered")
    stop.set()
    thread.join()
    assert servers["good"].got()["text"] + servers["good"].got()["text"] == "Ë" * 100


@pytest.mark.parametrize(
    ("which", "values", "sentence"),
    [
        ("good", {"authority": ""}, "Nobody trusted here has signed the certificate of 127.0.0.1"),
        ("good", {"authority": Authority().pem}, "Nobody trusted here has signed"),
        ("expired", {}, "The certificate of 127.0.0.1 has expired"),
        ("too early", {}, "is not valid yet"),
        ("of another", {}, "The certificate shown is not for 127.0.0.1"),
    ],
    ids=["signed by a stranger", "signed by another authority", "expired", "too early", "of another host"],
)
def test_a_wrong_certificate_is_refused_with_a_sentence(crm, line, which, values, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        try_gateway(crm, line(which, **values))


def test_a_server_without_tls_is_told_from_one_that_is_down(crm, line, monkeypatch):
    monkeypatch.setattr(smpp_line, "TIMEOUT_S", 1)
    with pytest.raises(InvalidInput, match=r"127.0.0.1 does not speak TLS at this port"):
        try_gateway(crm, line("none"))
    with pytest.raises(InvalidInput, match=r"127.0.0.1 can't be reached: Connection refused"):
        try_gateway(crm, line("none", name="down", address="smpps://127.0.0.1:1"))


def test_a_server_with_tls_is_asked_without_it(crm, line, servers, monkeypatch):
    monkeypatch.setattr(smpp_line, "TIMEOUT_S", 1)
    with pytest.raises(InvalidInput, match=r"127.0.0.1 can't be reached"):
        try_gateway(crm, line("good", address=servers["good"].address))


def test_a_message_waits_until_the_certificate_is_right(crm, client, line, servers):
    line("expired")
    message = queue_message(crm, "sms", client=client, address=NUMBER, body="Hello")
    send_queued(crm, {"channel": "sms"}, None)
    kept = Message.get_by_id(message.id)
    assert (kept.state, "has expired" in kept.reason) == ("queued", True)


WRITTEN_AROUND = "Bag Attributes\n    friendlyName: Autoritet i ri ë\nsubject=CN = Test\n{pem}\n# Сертификат\n{pem}"


def test_what_programs_write_around_certificates_is_left_out(gateway, authority):
    text = WRITTEN_AROUND.format(pem=authority.pem)
    made = gateway("smpp", "smpps://smpp.example.com", authority=text)
    assert made.authority == f"{authority.pem.strip()}\n{authority.pem.strip()}"
    assert context_of(text).get_ca_certs()[0]["subject"] == ((("commonName", "Test authority"),),)


def test_a_private_key_is_refused_and_not_kept(web, make, authority, tmp_path):
    pem = Path(authority.certificate(tmp_path / "both.pem")).read_text()
    values = {"name": "Vodafone", "kind": "smpp", "address": "smpps://smpp.example.com", "authority": pem}
    text = web.sign_in(make.user("administrator")).post("/settings/sms/new", values).text
    assert "There is a private key in it" in text
    assert not Gateway.select().exists()


def test_what_is_no_certificate_is_refused_in_the_form(web, make):
    values = {"name": "Vodafone", "kind": "smpp", "address": "smpps://smpp.example.com", "authority": "no such thing"}
    admin = web.sign_in(make.user("administrator"))
    assert "This is no certificate" in admin.post("/settings/sms/new", values).text


def test_text_with_foreign_signs_is_no_certificate():
    with pytest.raises(ValueError, match="no certificate"):
        context_of("-----BEGIN CERTIFICATE-----\nСертификат ë\n-----END CERTIFICATE-----\n")
