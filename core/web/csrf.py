"""Forms count only if they come from our own pages: each carries a token that is kept in the signed session."""

import hmac
import secrets

from flask import request, session

from core.errors import CRMError
from core.i18n import _
from core.web.context import bearer_secret, is_api, mark_of_view

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def csrf_token() -> str:
    """Returns this session's token, made at its first use."""
    if FIELD not in session:
        session[FIELD] = secrets.token_urlsafe(24)
    return session[FIELD]


def check_csrf() -> None:
    """Raises CRMError unless an unsafe request bears the session's token, in its form or in a header.

    A REST call with a bearer token needs none: no browser adds that header by itself.
    """
    if request.method in SAFE_METHODS or mark_of_view("is_foreign") or (is_api() and bearer_secret()):
        return
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(given.encode(), session.get(FIELD, "").encode()) or not given:
        raise CRMError(
            _("This form has expired or came from another page. Go back, reload the page and send it again.")
        )
