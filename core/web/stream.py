"""`/stream`: server-sent events that keep open pages fresh; who finds no room asks every ten seconds instead.

A stream holds a thread and no connection to the database: `core.live` computes for all of them.
"""

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, request, session
from markupsafe import Markup, escape

from core.errors import NotSignedIn
from core.i18n import _
from core.live import Follower, Live, note_session_end, session_key
from core.web.context import crm, find_user, unconnected, user
from core.web.csrf import csrf_token

blueprint = Blueprint("stream", __name__)
RETRY_S = 10


@blueprint.get("/stream")
@unconnected
def events() -> Response:
    """Streams what changes for the signed-in user; 503 when this process has as many streams as it can hold."""
    follower = _follower()
    if not live_pages().join(follower):
        return Response(status=503, headers={"Retry-After": str(RETRY_S), "HX-Reswap": "none"})
    headers = {"X-Accel-Buffering": "no"}  # nginx passes each event on at once
    return Response(_Stream(live_pages(), follower), mimetype="text/event-stream", headers=headers)


@blueprint.get("/stream/now")
def now() -> str:
    """Answers once with everything, for a page without a stream."""
    found = live_pages().texts([user().id])
    return "".join(_part(key, texts[user().id]) for key, texts in found.items())


def live_pages() -> Live:
    """Returns the open pages of this process."""
    return current_app.extensions["hinka_live"]


def live(key: str) -> Markup:
    """Returns the place where a topic is shown, with what it says now for the signed-in user; for templates."""
    found = find_user()
    if found is None or key not in crm().live_topics:
        return Markup("")
    text = live_pages().texts([found.id], key).get(key, {}).get(found.id, "")
    return Markup('<span data-live="{}">{}</span>').format(key, Markup(text))  # noqa: S704 - escaped by `texts`


def end_streams() -> None:
    """Ends the streams of the browser's present session, in every process."""
    if "user" in session:
        note_session_end(crm(), _session_key())


class _Stream:
    """The body of a stream: an object with `close`, which the server calls even when it never asked for a byte."""

    def __init__(self, pages: Live, follower: Follower) -> None:
        self.pages = pages
        self.follower = follower

    def __iter__(self) -> Iterator[bytes]:
        # htmx takes an event without a name as HTML to swap in.
        for news in self.follower.events():
            yield _event("".join(_part(key, text) for key, text in news.items())) if news else b": here\n\n"
        if self.follower.has_lost_session:
            yield b"event: live:end\ndata: \n\n"

    def close(self) -> None:
        self.pages.leave(self.follower)


def _follower() -> Follower:
    if "user" not in session:
        raise NotSignedIn(_("Please sign in first."))
    line = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    return Follower(session["user"], session.get("epoch", 0), _session_key(), line)


def _session_key() -> str:
    return session_key(session["user"], csrf_token())


def _part(key: str, text: str) -> str:
    return f'<hx-partial hx-target="[data-live=\'{escape(key)}\']" hx-swap="innerHTML">{text}</hx-partial>'


def _event(html: str) -> bytes:
    return "".join(f"data: {line}\n" for line in html.splitlines()).encode() + b"\n"
