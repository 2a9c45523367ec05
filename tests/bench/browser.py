"""A signed-in browser without a screen: in this process, or as a cookie for a server of the same instance."""

from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient

from core.runtime import CRM
from core.users.models import User


def signed_in(app: Flask, user: User) -> FlaskClient:
    """Returns a client whose session is that of `user`."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(user=user.id, epoch=user.session_epoch, csrf_token="token")
    return client


def cookie_of(client: FlaskClient, app: Flask) -> str:
    """Returns the Cookie header of the client's session; other processes of the instance take it too."""
    name = app.config["SESSION_COOKIE_NAME"]
    return f"{name}={client.get_cookie(name).value}"


@contextmanager
def counted(crm: CRM):
    """Runs the block and lets the list that it yields grow with each statement that the database is asked."""
    seen: list[str] = []

    def note(event) -> None:
        seen.append(event.sql)

    crm.database.query_hooks.append(note)
    try:
        yield seen
    finally:
        crm.database.query_hooks.remove(note)
