"""A program that talks to the API with a token."""

import pytest

from core.testing import web_of
from core.users.services import create_token

PREFIX = "/api/v1"


class Program:
    """Asks the API in the name of a user; paths are without /api/v1."""

    def __init__(self, app, secret: str) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask(self, method: str, path: str, seen: str = "", **options):
        headers = {**self.headers, **({"If-Match": seen} if seen else {}), **options.pop("headers", {})}
        return self.client.open(PREFIX + path, method=method, headers=headers, **options)

    def get(self, path: str, **options):
        return self.ask("GET", path, **options)

    def post(self, path: str, values: dict | None = None, seen: str = ""):
        return self.ask("POST", path, seen, json=values) if values is not None else self.ask("POST", path, seen)

    def patch(self, path: str, values: dict, seen: str = ""):
        return self.ask("PATCH", path, seen, json=values)

    def delete(self, path: str, seen: str = ""):
        return self.ask("DELETE", path, seen)


@pytest.fixture
def app(crm):
    return web_of(crm)


@pytest.fixture
def program(crm, app):
    """Returns a way to make programs: `program(user)` bears a token of the user, `program(None)` none."""

    def make(user):
        return Program(app, create_token(crm, user, "test") if user else "")

    return make


@pytest.fixture
def boss(make):
    return make.user("administrator")


@pytest.fixture
def api(program, boss):
    """Returns a program with an administrator's token."""
    return program(boss)
