"""`/stream` and what a page without one asks instead."""

import pytest
from flask import g

from core.hooks.contributions import LiveTopic
from core.live import Follower
from core.users.models import SessionEnd
from core.web.stream import live


@pytest.fixture
def crm(crm):
    topic = LiveTopic("dummy.number", lambda crm, user_ids: {user_id: user_id + 100 for user_id in user_ids})
    crm.live_topics.clear()
    crm.live_topics["dummy.number"] = ("dummy", topic)
    return crm


@pytest.fixture
def seller(make):
    return make.user()


@pytest.fixture(autouse=True)
def streams(web):
    """Ends the streams of a test before its database goes."""
    yield web.app.extensions["hinka_live"]
    web.app.extensions["hinka_live"].end()


def test_a_stream_brings_what_concerns_its_user(web, seller):
    with web.sign_in(seller).get("/stream") as answer:
        first = next(answer.iter_encoded())
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    part = f'<hx-partial hx-target="[data-live=\'dummy.number\']" hx-swap="innerHTML">{seller.id + 100}</hx-partial>'
    assert first.decode() == f"data: {part}\n\n"


def test_a_closed_stream_gives_its_room_back(web, seller, streams):
    web.sign_in(seller).get("/stream").close()
    assert streams._followers == set()


def test_without_room_the_answer_is_503_and_the_page_asks_instead(web, seller, streams):
    for number in range(110):
        streams._followers.add(Follower(seller.id, 0, str(number)))
    answer = web.sign_in(seller).get("/stream", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["HX-Reswap"]) == (503, "10", "none")
    assert f">{seller.id + 100}</hx-partial>" in web.text("/stream/now")


@pytest.mark.parametrize("path", ["/stream", "/stream/now"])
def test_a_stranger_is_sent_to_the_sign_in(web, path):
    assert web.get(path).headers["Location"].startswith("/sign-in")


def test_signing_out_ends_the_streams_of_this_session(web, seller, streams):
    with web.sign_in(seller).get("/stream") as answer:
        parts = answer.iter_encoded()
        next(parts)
        web.post("/sign-out")
        assert SessionEnd.select().count() == 1
        assert list(parts) == [b"event: live:end\ndata: \n\n"]


def test_every_page_of_a_signed_in_user_follows(web, seller):
    assert 'hx-sse:connect="/stream"' in web.sign_in(seller).text("/")
    assert "hx-sse:connect" not in web.app.test_client().get("/sign-in").text


def test_a_template_shows_a_topic_with_what_it_says_now(web, seller, crm):
    with web.app.test_request_context():
        g.user = seller
        assert live("dummy.number") == f'<span data-live="dummy.number">{seller.id + 100}</span>'
        assert live("nobody.knows") == ""
