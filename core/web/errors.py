"""The application's class, and what a failure looks like: a page, a note in the corner for htmx, JSON under /api."""

import json
import logging
import mimetypes
import secrets
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, jsonify, redirect, request, send_from_directory, session, url_for
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from core.errors import CRMError, NotSignedIn
from core.i18n import _
from core.web.asked import AskingRequest
from core.web.context import came_from, is_api
from core.web.pages import is_htmx, page
from core.web.rules import LateRule

log = logging.getLogger("hinka.web")


class Web(Flask):
    """A Flask application whose log names each failure by the number that the user reads."""

    url_rule_class = LateRule
    request_class = AskingRequest

    def send_static_file(self, filename: str) -> Response:
        """Sends a file of ours, packed where the build has packed it and the browser takes it so."""
        if "gzip" not in request.accept_encodings or not (Path(self.static_folder) / f"{filename}.gz").is_file():
            return super().send_static_file(filename)
        media_type = mimetypes.guess_type(filename)[0]
        response = send_from_directory(self.static_folder, f"{filename}.gz", mimetype=media_type)
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response

    def end_streams(self) -> None:
        """Ends the open streams; pages come back for one, to the process that takes over."""
        self.extensions["hinka_live"].end()

    def log_exception(self, exc_info: Any) -> None:
        """Writes an unexpected failure to the log."""
        g.failure = secrets.token_hex(4)
        log.error("page failed", exc_info=exc_info, extra={"failure": g.failure, "path": request.path})


def handle_errors(app: Flask) -> None:
    """Makes `app` answer each kind of error in the way that the asker understands."""
    app.register_error_handler(CRMError, refused)
    app.register_error_handler(HTTPException, failed)


def refused(error: CRMError) -> Any:
    """Returns the answer for a refusal; who is not signed in is led to the sign-in and back."""
    if isinstance(error, NotSignedIn) and not is_api():
        return _to_sign_in()
    theirs = getattr(error, "theirs", {})
    mine = getattr(error, "mine", {})
    return _answer(error.status, error.code, str(error), fields=error.fields, theirs=theirs, mine=mine)


def failed(error: HTTPException) -> Any:
    """Returns the answer for an error of HTTP itself, or for an unexpected failure, which has a number."""
    status = error.code or 500
    if status < 400:
        return error
    if isinstance(error, RequestEntityTooLarge):
        limit = (request.max_content_length or 0) // 1024**2
        return _answer(status, "too-large", _("This file is too large; up to %(n)s MB are taken here.", n=limit))
    if status >= 500:
        number = g.get("failure", "")
        sentence = _("Something went wrong on our side. It is noted under the number %(number)s.", number=number)
        return _answer(status, "failure", sentence)
    sentences = {
        400: _("The server could not understand this request. Go back and try again."),
        404: _("There is no page at this address. It may have been moved or deleted."),
        405: _("This address can't be used in that way."),
    }
    return _answer(status, error.name.lower().replace(" ", "-"), sentences.get(status, error.description or error.name))


def _to_sign_in() -> Any:
    """Leads to the sign-in, and then back to the page; who was in the midst of something there is told why."""
    is_page = request.method == "GET" and not is_htmx()
    back = request.full_path.rstrip("?") if is_page else came_from()
    url = url_for("sign_in.form", next=back if back and back != "/" else None, ended=None if is_page else 1)
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def _answer(status: int, code: str, sentence: str, **more: Any) -> Any:
    if is_api():
        return jsonify(code=code, status=status, message=sentence, errors=more.get("fields", {})), status
    if is_htmx():
        trigger = json.dumps({"hinka:toast": {"text": sentence, "colour": "danger"}})
        return Response(status=status, headers={"HX-Reswap": "none", "HX-Trigger": trigger})
    return page("error.html", status=status, sentence=sentence, is_signed_in="user" in session, **more), status
