"""Message templates over REST: by the rights of their pages, guarded against changes that nobody saw."""

import pytest

from core.messages.models import MessageTemplate

WORDS = {"name": "Hello", "body": "Dear {client.name}"}


@pytest.fixture
def made(api, channel):
    return api.post("/message-templates", WORDS).json["id"]


def test_a_template_is_made_listed_and_read(api, made):
    shown = api.get(f"/message-templates/{made}")
    assert (shown.json["name"], shown.json["channel"], shown.json["subject"]) == ("Hello", "", "")
    assert [one["id"] for one in api.get("/message-templates?q=dear").json] == [made]


def test_those_of_a_channel_are_found(api, made):
    api.post("/message-templates", {**WORDS, "name": "Short", "channel": "fake"})
    assert [one["name"] for one in api.get("/message-templates?channel=fake").json] == ["Short"]


def test_a_change_asks_for_the_state_that_was_seen(api, made):
    mark = api.get(f"/message-templates/{made}").headers["ETag"]
    assert api.patch(f"/message-templates/{made}", {"name": "Hi"}).status_code == 428
    changed = api.patch(f"/message-templates/{made}", {"name": "Hi"}, seen=mark)
    assert (changed.json["name"], changed.json["body"]) == ("Hi", WORDS["body"])
    assert api.patch(f"/message-templates/{made}", {"name": "Ho"}, seen=mark).status_code == 412


def test_it_is_removed(api, made):
    mark = api.get(f"/message-templates/{made}").headers["ETag"]
    assert api.delete(f"/message-templates/{made}").status_code == 428
    assert api.delete(f"/message-templates/{made}", seen=mark).status_code == 204
    assert api.get(f"/message-templates/{made}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [({"body": "{client.nothing}"}, 422), ({"body": ""}, 422), ({"channel": "pigeon"}, 404), ({"colour": "red"}, 422)],
)
def test_what_leads_nowhere_is_refused(api, made, change, status):
    assert api.post("/message-templates", {**WORDS, **change}).status_code == status
    assert api.patch(f"/message-templates/{made}", change, seen="*").status_code == status
    assert MessageTemplate.select().count() == 1


def test_sellers_read_them_and_change_none(program, make, made):
    seller = program(make.user("seller"))
    assert [one["id"] for one in seller.get("/message-templates").json] == [made]
    assert seller.post("/message-templates", WORDS).status_code == 403
    assert seller.patch(f"/message-templates/{made}", {"name": "Hi"}, seen="*").status_code == 403
    assert seller.delete(f"/message-templates/{made}", seen="*").status_code == 403


def test_who_does_not_write_to_clients_reads_none(program, make, made):
    assert program(make.user("reader")).get("/message-templates").status_code == 403
