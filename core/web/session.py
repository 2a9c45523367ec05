"""Who makes a request: the session of a browser or the token of a program, the connection and language it gets."""

import hashlib
import threading
from contextlib import ExitStack
from ipaddress import ip_address

from flask import Flask, current_app, g, request, session

from core.config import LANGUAGES
from core.errors import NotSignedIn
from core.i18n import _, speaking
from core.once import remembering
from core.runtime import CRM
from core.settings import instance_key
from core.users.access import remember_seen
from core.users.models import User
from core.users.recognition import user_of_session, user_of_token
from core.web.context import bearer_secret, crm, is_api, mark_of_view
from core.web.csrf import check_csrf

# So many requests of one process use the database at once; more of them wait. Streams hold no connection.
CONNECTIONS = 8
FORM_LIMIT = 64 * 1024 * 1024


def set_up_sessions(app: Flask, instance: CRM) -> None:
    """Makes `app` sign its sessions with the instance's key and open each request in its user's name."""
    key = instance_key(instance.config)
    app.config.update(
        SECRET_KEY=hashlib.sha256(b"hinka session" + key).hexdigest(),
        # Two instances on one host have two cookies: browsers don't tell ports apart.
        SESSION_COOKIE_NAME="hinka_" + hashlib.sha256(b"hinka cookie" + key).hexdigest()[:8],
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=instance.config.base_url.startswith("https:"),
        MAX_CONTENT_LENGTH=FORM_LIMIT,
    )
    app.extensions["hinka_turns"] = threading.BoundedSemaphore(CONNECTIONS)
    app.before_request(_open)
    app.teardown_request(_close)


def begin_session(user: User) -> None:
    """Signs the browser in as `user`, in a session without anything of the one before."""
    session.clear()
    session.permanent = True
    session["user"] = user.id
    session["epoch"] = user.session_epoch
    g.user = user


def end_session() -> None:
    """Signs the browser out."""
    session.clear()
    g.user = None


def client_address() -> str:
    """Returns the address that asks; behind a proxy on this machine, the one that the proxy names."""
    address = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
    if forwarded and address and ip_address(address).is_loopback:
        return forwarded
    return address


def _open() -> None:
    g.stack = ExitStack()
    g.user = None
    if request.endpoint == "static" or (request.endpoint or "").endswith(".static"):
        return
    g.stack.enter_context(speaking(_browser_language()))
    request.max_content_length = mark_of_view("upload_limit", FORM_LIMIT)
    is_open = bool(mark_of_view("is_public")) or request.endpoint is None
    # Whoever has no session is sent away, and a wrong form is refused, before either costs a connection.
    if not is_open and "user" not in session and not bearer_secret():
        raise NotSignedIn(_("Please sign in first."))
    check_csrf()
    if mark_of_view("is_unconnected"):
        return
    g.stack.enter_context(_turn())
    g.stack.enter_context(crm().database.connection_context())
    if request.method == "GET":
        g.stack.enter_context(remembering())
    _recognise()
    if g.user is None and not is_open:
        raise NotSignedIn(_("Please sign in first."))


def _turn() -> threading.BoundedSemaphore:
    return current_app.extensions["hinka_turns"]


def _recognise() -> None:
    source = "web"
    if is_api() and bearer_secret():
        g.user = user_of_token(crm(), bearer_secret())
        source = "api"
    elif "user" in session:
        g.user = _user_of_session()
    if g.user is not None:
        remember_seen(g.user)
    if g.user is not None and g.user.language:
        g.stack.enter_context(speaking(g.user.language))
    g.stack.enter_context(crm().acting(g.user.id if g.user else None, source))


def _user_of_session() -> User | None:
    found = user_of_session(crm(), session["user"])
    if found is None or found.session_epoch != session.get("epoch"):
        session.clear()
        return None
    return found


def _browser_language() -> str:
    chosen = session.get("language")
    return chosen or request.accept_languages.best_match(LANGUAGES) or crm().config.language


def _close(error: BaseException | None) -> None:
    if stack := g.pop("stack", None):  # none where a request ended before it began
        stack.close()
