"""How a channel opens the files that go along with a message."""

from dataclasses import replace
from io import BytesIO

import pytest

from core.api import Sent, attachments_of

PHONE = "+355691234567"


@pytest.fixture
def client(make):
    return make.client("Kafe Mira", owner=make.user("seller"), phones=[PHONE])


@pytest.fixture
def posted(crm, channel):
    """Returns what the fake channel, which takes one PDF, posted to its network."""
    network = []

    def send(crm, outgoing):
        for one in outgoing:
            for attachment in attachments_of(crm, one):
                with attachment.open() as stream:
                    network.append((one.address, attachment.name, attachment.media_type, stream.read()))
        return [Sent(one.id) for one in outgoing]

    crm.channels["fake"] = replace(channel.contribution(), send=send, most_files=1, file_types=("application/pdf",))
    return network


def upload(client, web, name, content):
    files = {"file": (BytesIO(content), name)}
    web.sign_in(client.owner).post(f"/interactions/client/{client.id}/files", files)
    return web.text(f"/messages/write?client={client.id}")


def test_dialog_offers_files_and_says_how_much_the_channel_takes(posted, client, web):
    text = upload(client, web, "offer.pdf", b"%PDF-1.7")
    assert "offer.pdf" in text
    assert "One file of at most 25 MB: PDF." in text


def test_file_is_opened_when_the_message_is_handed_over(crm, posted, client, web):
    sent = {"client": client.id, "channel": "fake", "address": PHONE, "body": "As we said."}
    web.sign_in(client.owner).post("/messages/write", {**sent, "new_files": (BytesIO(b"%PDF-1.7"), "offer.pdf")})
    crm.jobs.run_waiting()
    assert posted == [(PHONE, "offer.pdf", "application/pdf", b"%PDF-1.7")]


def test_kind_that_the_channel_does_not_take_is_refused(posted, client, web):
    sent = {"client": client.id, "channel": "fake", "address": PHONE, "body": "As we said."}
    answer = web.sign_in(client.owner).post("/messages/write", {**sent, "new_files": (BytesIO(b"words"), "offer.pdf")})
    assert "does not take “offer.pdf”, but: PDF." in answer.text


def test_file_of_a_client_stands_in_the_conversation_and_on_the_timeline(crm, channel, client, web):
    channel.receive(crm, PHONE, "Signed.", files=[("contract.pdf", b"%PDF-1.7")])
    browser = web.sign_in(client.owner)
    assert "contract.pdf" in browser.text(f"/clients/{client.id}?tab=core.messages")
    assert "contract.pdf" in browser.text(f"/interactions/client/{client.id}/timeline")
