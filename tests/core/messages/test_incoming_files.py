"""Files that clients send with their messages: kept, shown where the message is, given to whom the sender is."""

from types import SimpleNamespace

import pytest

from core.errors import Conflict
from core.hooks.dispatch import marker
from core.interactions import files as kept_files
from core.interactions.files import files_of
from core.interactions.models import StoredFile
from core.messages import incoming_files
from core.messages.inbox import assign
from core.messages.incoming import receive_message
from core.messages.models import Message
from core.messages.writing import queue_message
from core.users.services import create_token

from .conftest import PHONE

PDF = b"%PDF-1.7 signed"
STRANGER = "+355697777777"


@pytest.fixture
def signed(crm, channel, client):
    """Returns a message of the client with two files."""
    return channel.receive(crm, PHONE, "Here it is", files=[("contract.exe", PDF), ("note.txt", b"Thanks")])


def names(entity, entity_id):
    return {(one.name, one.media_type) for one in files_of(entity, entity_id)}


def test_they_are_kept_on_the_client_and_typed_by_their_bytes(signed, client):
    assert names("client", client.id) == {("contract.exe", "application/pdf"), ("note.txt", "text/plain")}
    assert len(signed.file_ids) == 2


@pytest.mark.parametrize(
    "place",
    ["/clients/{client.id}?tab=core.messages", "/interactions/client/{client.id}/timeline", "/messages/inbox",
     "/messages/{message.id}"],
    ids=["conversation", "timeline", "inbox", "message"],
)  # fmt: skip
def test_they_are_shown_where_the_message_is(signed, web, client, owner, place):
    text = web.sign_in(owner).text(place.format(client=client, message=signed))
    assert "contract.exe" in text
    assert f"/messages/{signed.id}/files/{signed.file_ids[0]}" in text


def test_they_are_downloaded_by_those_who_see_the_message(signed, web, make, owner):
    url = f"/messages/{signed.id}/files/{signed.file_ids[0]}"
    with web.sign_in(owner).get(url) as answer:
        assert (answer.data, answer.headers["Content-Disposition"]) == (PDF, "attachment; filename=contract.exe")
    assert web.get(f"/messages/{signed.id}/files/{signed.file_ids[0] + 50}").status_code == 404
    assert web.sign_in(make.user()).get(url).status_code == 404


def test_rest_names_and_gives_them(crm, signed, web, make, owner):
    def ask(user, path):
        headers = {"Authorization": f"Bearer {create_token(crm, user, 'test')}"}
        return web.client.get(f"/api/v1/messages{path}", headers=headers)

    path = f"/{signed.id}/files/{signed.file_ids[0]}"
    assert [one["files"] for one in ask(owner, "").json] == [signed.file_ids]
    one = ask(owner, f"/{signed.id}").json
    assert (one["files"], one["left_out"]) == (signed.file_ids, [])
    with ask(owner, path) as answer:
        assert answer.data == PDF
    assert ask(make.user(), path).status_code == 404


def test_an_answer_about_a_deal_brings_them_to_the_deal(crm, channel, client, make, owner):
    deal = make.deal(client=client, owner=owner)
    queue_message(crm, "fake", client=client, address=PHONE, body="The contract?", deal=deal)
    crm.jobs.run_waiting()
    channel.receive(crm, PHONE, files=[("contract.pdf", PDF)])
    assert names("deal", deal.id) == {("contract.pdf", "application/pdf")}


def test_those_of_a_stranger_go_to_the_client_that_it_turns_out_to_be(crm, channel, web, make, client):
    message = channel.receive(crm, STRANGER, files=[("photo.pdf", PDF)])
    boss = make.user("administrator")
    with web.sign_in(boss).get(f"/messages/{message.id}/files/{message.file_ids[0]}") as answer:
        assert answer.data == PDF
    assert web.get(f"/interactions/files/{message.file_ids[0]}").status_code == 404
    assign(crm, message, client)
    assert names("client", client.id) == {("photo.pdf", "application/pdf")}


def test_what_can_not_be_kept_is_named_and_the_message_comes(crm, channel, web, client, owner, monkeypatch):
    monkeypatch.setattr(kept_files, "LARGEST", 100)
    monkeypatch.setattr(incoming_files, "MOST_FILES", 1)
    sent = [("empty.pdf", b""), ("film.mp4", b"x" * 101), ("a.txt", b"a"), ("../b.txt", b"b")]
    message = channel.receive(crm, PHONE, "See", files=sent)
    assert (len(message.file_ids), message.left_out) == (1, ["empty.pdf", "film.mp4", "b.txt"])
    shown = web.sign_in(owner).text(f"/messages/{message.id}")
    assert "“film.mp4” was not kept: This file is too large" in shown
    assert "“b.txt” was not kept: it is empty or too large, or there were too many" in shown


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Conflict("The archive is closed."), "The archive is closed."),
        (ValueError("oops"), "The plugin archive could not"),
    ],
    ids=["refuses", "fails"],
)
def test_a_plugin_that_takes_no_file_keeps_the_message_from_nobody(crm, channel, web, client, owner, failure, said):
    def file_stored(stored):
        if stored.name == "virus.exe":
            raise failure

    crm.hooks.register("archive", SimpleNamespace(file_stored=marker(file_stored)))
    message = channel.receive(crm, PHONE, "See", files=[("virus.exe", b"x"), ("a.txt", b"a")])
    assert (message.left_out, names("client", client.id)) == (["virus.exe"], {("a.txt", "text/plain")})
    shown = web.sign_in(owner).text(f"/messages/{message.id}")
    assert f"“virus.exe” was not kept: {said}" in shown


def test_given_again_by_the_network_they_are_kept_once(crm, channel, client):
    for _time in range(2):
        channel.receive(crm, PHONE, "Here", provider_ref="7", files=[("contract.pdf", PDF)])
    assert (Message.select().count(), StoredFile.select().count()) == (1, 1)


def test_many_messages_cost_one_question_for_their_files(crm, channel, web, client, owner, queries):
    url = f"/clients/{client.id}?tab=core.messages"
    web.sign_in(owner)

    def asked():
        with queries.at_most(200) as seen:
            web.text(url)
        return len(seen)

    for number in range(2):
        channel.receive(crm, PHONE, f"{number}", files=[("contract.pdf", PDF)])
    few = asked()
    for number in range(8):
        channel.receive(crm, PHONE, f"{number}", files=[("contract.pdf", PDF)])
    assert asked() <= few


def test_what_a_network_calls_files_gives_nobody_a_file_of_ours(crm, channel, signed, client):
    named = receive_message(crm, channel.key, address=PHONE, body="", extra={"files": signed.file_ids, "via": "web"})
    assert (named.file_ids, named.extra) == ([], {"via": "web"})
