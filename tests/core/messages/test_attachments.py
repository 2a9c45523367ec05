"""Files go along with messages: uploaded in the dialog, kept with the message, within what the channel takes."""

from dataclasses import replace
from io import BytesIO

import pytest

from core.errors import InvalidInput, ProviderError
from core.hooks.channels import Outgoing
from core.interactions.files import delete_file, files_of, store_file
from core.interactions.models import StoredFile
from core.messages.attachments import Attachment, attachments_of, check_files, limits
from core.messages.models import Message
from core.messages.writing import queue_message

from .conftest import PHONE

PDF = b"%PDF-1.7 an offer"


@pytest.fixture
def browser(channel, web, owner):
    return web.sign_in(owner)


@pytest.fixture
def offer(crm, owner, client):
    return store_file(crm, owner, "client", client.id, "offer.pdf", BytesIO(PDF))


@pytest.fixture
def sent(browser, client):
    """Returns what sends a message with uploaded files, given as pairs of bytes and name."""

    def send(*files, **values):
        new = [(BytesIO(content), name) for content, name in files]
        form = {"client": client.id, "channel": "fake", "address": PHONE, "body": "See here", "new_files": new}
        return browser.post("/messages/write", {**form, **values}, headers={"HX-Request": "true"})

    return send


def exchanged(crm, **facts):
    crm.channels["fake"] = replace(crm.channels["fake"], **facts)


def count(model):
    return model.select().count()


def test_uploaded_files_are_kept_on_the_client_and_go_along(crm, sent, client, channel):
    sent((PDF, "offer.pdf"), (b"prices", "prices.txt"))
    crm.jobs.run_waiting()
    message = Message.get()
    assert channel.files == {message.id: [("offer.pdf", PDF), ("prices.txt", b"prices")]}
    assert {one.name for one in files_of("client", client.id)} == {"offer.pdf", "prices.txt"}


def test_about_a_deal_they_are_kept_on_the_deal(sent, make, client, owner):
    deal = make.deal(client=client, owner=owner)
    sent((PDF, "offer.pdf"), deal=deal.id)
    assert [one.id for one in files_of("deal", deal.id)] == Message.get().file_ids


def test_a_kept_file_and_a_new_one_go_together(sent, offer):
    sent((b"prices", "prices.txt"), files=offer.id)
    assert Message.get().file_ids == [offer.id, offer.id + 1]


@pytest.mark.parametrize(
    ("facts", "files", "sentence"),
    [
        ({"most_files": 1}, [(PDF, "a.pdf"), (b"b", "b.txt")], "Fake does not take so much. One file"),
        ({"most_bytes": 10}, [(PDF, "a.pdf")], "Fake does not take so much."),
        ({"file_types": ("image/*",)}, [(PDF, "a.png")], "Fake does not take “a.png”, but: pictures."),
        ({}, [(b"", "empty.pdf")], "The file is empty"),
        ({"prepare": lambda crm, draft: refuse()}, [(PDF, "a.pdf")], "Too long for this network."),
    ],
)
def test_what_can_not_be_sent_leaves_no_file_and_no_message(crm, sent, facts, files, sentence):
    exchanged(crm, **facts)
    assert sentence in sent(*files).text
    assert (count(Message), count(StoredFile)) == (0, 0)
    assert not [one for one in crm.config.files.rglob("*") if one.is_file()]


def refuse():
    raise InvalidInput("Too long for this network.")


def test_limits_are_said_before_sending(crm, browser, client):
    exchanged(crm, most_files=3, most_bytes=5 << 20, file_types=("application/pdf", "image/*"))
    text = browser.text(f"/messages/write?client={client.id}")
    assert "At most 3 files, 5 MB together: PDF, pictures." in text
    assert 'accept="application/pdf,image/*"' in text


def test_a_channel_without_files_offers_and_takes_none(crm, browser, sent, client, offer):
    exchanged(crm, carries_files=False)
    assert "new_files" not in browser.text(f"/messages/write?client={client.id}")
    sent((PDF, "another.pdf"), files=offer.id)
    assert (Message.get().file_ids, count(StoredFile)) == ([], 1)
    with pytest.raises(InvalidInput, match="Fake carries no files"):
        queue_message(crm, "fake", client=client, address=PHONE, body="Hello", files=[offer])


def test_a_file_of_somebody_else_does_not_go_along(crm, sent, make, owner):
    stranger = make.client("Stranger", owner=make.user())
    theirs = store_file(crm, make.user("administrator"), "client", stranger.id, "secret.pdf", BytesIO(PDF))
    assert "Only files of the client or the deal can go along." in sent(files=theirs.id).text
    assert not count(Message)


def test_who_sees_only_the_deal_is_offered_only_its_files(web, make, client, offer, channel):
    other = make.user()
    deal = make.deal(client=client, owner=other)
    assert "offer.pdf" not in web.sign_in(other).text(f"/messages/write?deal={deal.id}")


def test_a_message_whose_file_was_deleted_is_not_sent(crm, owner, client, channel, offer):
    message = queue_message(crm, "fake", client=client, address=PHONE, body="Hello", files=[offer])
    delete_file(crm, owner, offer)
    crm.jobs.run_waiting()
    message = Message.get_by_id(message.id)
    assert (message.state, message.reason, channel.sent) == ("refused", "A file that goes along was deleted.", [])


def test_opening_a_file_that_is_gone_says_so_for_good(crm):
    with pytest.raises(ProviderError) as raised:
        attachments_of(crm, Outgoing(1, PHONE, "Hello", "", {}, (999,)))
    assert not raised.value.retryable


def test_an_attachment_says_what_it_is_and_opens(crm, offer):
    [found] = attachments_of(crm, Outgoing(1, PHONE, "Hello", "", {}, (offer.id,)))
    with found.open() as stream:
        assert (found.name, found.media_type, found.size, stream.read()) == (
            "offer.pdf",
            "application/pdf",
            len(PDF),
            PDF,
        )


def test_its_page_and_the_timeline_show_the_files(browser, sent, client):
    sent((PDF, "offer.pdf"))
    assert "offer.pdf" in browser.text(f"/messages/{Message.get().id}")
    assert "offer.pdf" in browser.text(f"/interactions/client/{client.id}/timeline")


def test_a_family_of_kinds_is_taken(channel, offer):
    pictures = channel.contribution(file_types=("application/*",))
    check_files(pictures, [offer])
    assert limits(pictures).startswith("At most 10 files, 25 MB together: ")


def test_a_file_of_no_client_goes_along_unless_it_is_gone(crm, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(PDF)
    report = Attachment("report.pdf", "application/pdf", len(PDF), path)
    outgoing = Outgoing(-1, "ana@example.com", "See here", "", {}, attached=(report,))
    assert attachments_of(crm, outgoing) == [report]
    path.unlink()
    with pytest.raises(ProviderError):
        attachments_of(crm, outgoing)
