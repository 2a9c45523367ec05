"""The timeline and files on cards: shown part by part, added to, corrected; downloads never open inside our pages."""

import io

import pytest

from core.interactions.comments import add_comment
from core.interactions.models import Comment, Interaction, StoredFile
from core.interactions.services import log_interaction
from core.store.audit import Audit

HTMX = {"HX-Request": "true"}


@pytest.fixture
def seller(make):
    return make.user(name="Ana Hoxha")


@pytest.fixture
def client(make, seller):
    return make.client("Kafe Mira", owner=seller)


def upload(web, url, content=b"%PDF-1.7", name="offer.pdf"):
    values = {"csrf_token": "token", "file": (io.BytesIO(content), name)}
    return web.client.post(url, data=values, content_type="multipart/form-data", headers=HTMX)


def test_call_is_noted_and_shown_at_once(crm, web, client, seller):
    values = {"kind": "call", "subject": "Prices", "body": "two <machines>\nby Friday", "direction": "out"}
    text = web.sign_in(seller).post(f"/interactions/client/{client.id}", values, headers=HTMX).get_data(as_text=True)
    assert "two &lt;machines&gt;<br>by Friday" in text
    made = Interaction.get()
    assert (made.kind, made.user, made.at) == ("call", seller, crm.clock.now())


def test_comment_is_added_without_htmx_too(web, client, seller):
    answer = web.sign_in(seller).post(f"/interactions/client/{client.id}", {"kind": "comment", "body": "quick"})
    assert answer.location == f"/clients/{client.id}"
    assert Comment.get().body == "quick"


def test_note_on_a_deal_belongs_to_its_client_too(web, client, seller, make):
    deal = make.deal(client=client, owner=seller)
    web.sign_in(seller).post(f"/interactions/deal/{deal.id}", {"kind": "note", "body": "hm"})
    made = Interaction.get()
    assert (made.client_id, made.deal_id) == (client.id, deal.id)


def test_time_is_read_in_the_companys_zone(web, client, seller):
    web.sign_in(seller).post(f"/interactions/client/{client.id}", {"kind": "call", "at": "2026-06-15T09:30"})
    assert Interaction.get().at.isoformat() == "2026-06-15T07:30:00+00:00"


def test_long_timeline_comes_page_by_page(crm, web, client, seller):
    for number in range(45):
        log_interaction(crm, client, kind="call", subject=f"Call no. {number}.")
    web.sign_in(seller)
    url, seen = f"/interactions/client/{client.id}/timeline?show=calls", 0
    while url:
        text = web.text(url)
        seen += text.count("Call no. ")
        url = text.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&") if "Show earlier" in text else ""
    assert seen == 45


def test_changes_are_told_under_their_filter(crm, web, client, seller):
    text = web.sign_in(seller).text(f"/interactions/client/{client.id}/timeline?show=changes")
    assert "Made" in text
    assert "Kafe Mira" in text


def test_interaction_is_corrected_held_and_deleted(crm, web, client, seller):
    made = log_interaction(crm, client, kind="meeting", is_planned=True)
    web.sign_in(seller)
    assert "Still to come" in web.text(f"/interactions/{made.id}")
    web.post(f"/interactions/{made.id}", {"kind": "meeting", "subject": "At noon", "is_planned": "yes"})
    web.post(f"/interactions/{made.id}/held")
    row = Interaction.get()
    assert (row.subject, row.is_planned) == ("At noon", False)
    web.post(f"/interactions/{made.id}/delete")
    assert Interaction.select().count() == 0


def test_file_is_added_downloaded_and_deleted(web, client, seller):
    web.sign_in(seller)
    assert "offer.pdf" in upload(web, f"/interactions/client/{client.id}/files").get_data(as_text=True)
    stored = StoredFile.get()
    with web.get(f"/interactions/files/{stored.id}") as answer:
        assert answer.data == b"%PDF-1.7"
    web.post(f"/interactions/files/{stored.id}/delete", headers=HTMX)
    assert StoredFile.select().count() == 0


def test_page_that_is_uploaded_is_never_shown_as_a_page(web, client, seller):
    web.sign_in(seller)
    upload(web, f"/interactions/client/{client.id}/files", b"<svg onload=alert(1)>", "x.svg")
    with web.get(f"/interactions/files/{StoredFile.get().id}") as answer:
        headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Type"].startswith("text/plain")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_missing_file_is_told(web, client, seller):
    answer = upload(web.sign_in(seller), f"/interactions/client/{client.id}/files", b"", "")
    assert answer.status_code == 422
    assert StoredFile.select().count() == 0


def test_pages_are_closed_to_strangers_and_acts_to_readers(crm, web, client, seller, make):
    made = log_interaction(crm, client, kind="note")
    comment = add_comment(crm, seller, "client", client.id, "hm")
    upload(web.sign_in(seller), f"/interactions/client/{client.id}/files")
    stored, base = StoredFile.get(), f"/interactions/client/{client.id}"
    pages = (f"{base}/timeline", f"{base}/files", f"/interactions/files/{stored.id}", f"/interactions/{made.id}")
    acts = (
        base,
        f"{base}/files",
        f"/interactions/{made.id}",
        f"/interactions/{made.id}/held",
        f"/interactions/{made.id}/delete",
        f"/interactions/comments/{comment.id}/delete",
        f"/interactions/files/{stored.id}/delete",
    )
    stranger, reader = make.user(), make.user("reader")
    before = Audit.select().count()
    web.sign_in(stranger)
    assert {path: web.get(path).status_code for path in pages} == dict.fromkeys(pages, 404)
    assert {path: web.post(path, {"kind": "note", "body": "x"}).status_code for path in acts} == dict.fromkeys(
        acts, 404
    )
    web.sign_in(reader)
    assert {path: web.post(path, {"kind": "note", "body": "x"}).status_code for path in acts} == dict.fromkeys(
        acts, 403
    )
    assert web.get("/interactions/user/1/timeline").status_code == 404
    assert Audit.select().count() == before
