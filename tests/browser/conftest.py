"""A server of the pages for tests with a browser."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.serving import make_server

from core.runtime import CRM
from core.testing import PASSWORD, Make, running, sqlite_copy, web_of
from tests.at_work import at_work, open_page


@dataclass
class Site:
    """An instance that is served, with an administrator who may do everything."""

    crm: CRM
    make: Make
    url: str
    login: str
    app: Flask

    def sign_in(self, page, login: str = "") -> None:
        """Signs in by the form, as a person does."""
        open_page(page, f"{self.url}/sign-in")
        page.fill("#login", login or self.login)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{self.url}/")
        at_work(page)


@pytest.fixture
def site(tmp_path, enabled_plugins) -> Iterator[Site]:
    """Returns a served instance on SQLite: what a browser sees does not hang on the database."""
    with running(tmp_path, sqlite_copy(tmp_path, enabled_plugins), enabled_plugins) as crm:
        make = Make(crm)
        admin = make.user(role="administrator", name="Ada Admin", password=PASSWORD)
        app = web_of(crm)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Site(crm, make, f"http://127.0.0.1:{server.port}", admin.login, app)
        finally:
            app.extensions["hinka_live"].end()
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def page(site, page):
    """Returns an empty page, which is closed before its site: a stream that breaks off is an error to a browser."""
    return page
