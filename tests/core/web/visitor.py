"""A visitor who signs in by the form and reads the token from the page, as a real browser does."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.runtime import CRM
from core.testing import PASSWORD, web_of
from core.users.models import User


class Visitor:
    """Asks the pages of one instance, in one session."""

    def __init__(self, crm: CRM) -> None:
        self.app = web_of(crm)
        self.client: FlaskClient = self.app.test_client()

    def sign_in(self, user: User, password: str = PASSWORD) -> "Visitor":
        """Signs a user in who has a password, and returns the visitor."""
        answer = self.post("/sign-in", login=user.login, password=password)
        assert answer.status_code == 303, answer.text
        return self

    def get(self, path: str, **more: Any) -> TestResponse:
        """Returns the answer to a GET."""
        return self.client.get(path, **more)

    def htmx(self, path: str, method: str = "GET", **form: Any) -> TestResponse:
        """Returns the answer to a request of htmx, which bears the token in its header."""
        headers = {"HX-Request": "true", "X-CSRF-Token": self.token()}
        return self.client.open(path, method=method, data=form or None, headers=headers)

    def post(self, path: str, **form: Any) -> TestResponse:
        """Returns the answer to a form, sent with the token that a page would have put into it."""
        return self.client.post(path, data={"csrf_token": self.token(), **form})

    def token(self) -> str:
        """Returns the session's token, as a page shows it."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/sign-in", follow_redirects=True).text)
        assert found is not None, "no page shows a token"
        return found[1]
