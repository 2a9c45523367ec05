"""What each request is given: language, user, connection; and that it gives all of it back."""

import io
import threading
from dataclasses import replace

import pytest
from flask import Blueprint, request

from core.i18n import language
from core.store.audit import Audit
from core.testing import Browser
from core.users.models import User
from core.users.services import create_token
from core.web import routes
from core.web.context import crm as instance
from core.web.context import public, takes_up_to, unconnected
from core.web.factory import create_web
from core.web.session import CONNECTIONS


@pytest.fixture
def trial(crm, monkeypatch):
    """Returns a browser of an application that has a few pages of this test."""
    blueprint = Blueprint("trial", __name__)

    def fail():
        raise RuntimeError("a mistake of ours")

    def take():
        return str(len(request.files["file"].read()))

    views = {
        "fail": public(fail),
        "small": takes_up_to(1000)(lambda: take()),
        "large": takes_up_to(100_000)(lambda: take()),
        "connected": public(lambda: str(not instance().database.is_closed())),
        "unconnected": public(unconnected(lambda: str(not instance().database.is_closed()))),
    }
    for name, view in views.items():
        blueprint.add_url_rule(f"/{name}", name, view, methods=["GET", "POST"])
    monkeypatch.setattr(routes, "CORE", (*routes.CORE, (blueprint, "/trial")))
    browser = Browser(crm)
    browser.app.config["PROPAGATE_EXCEPTIONS"] = False  # failures are answered, as they are for people
    return browser


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("sq-AL,sq;q=0.9,en;q=0.5", "sq"), ("ru", "ru"), ("de,ru;q=0.5", "ru"), ("de", "en"), ("", "en")],
)
def test_stranger_is_spoken_to_in_the_browsers_language_else_in_the_companys(web, asked, spoken):
    page = web.get("/sign-in", headers={"Accept-Language": asked}).text
    assert f'<html lang="{spoken}"' in page


def test_own_language_wins_over_the_browsers(web, make):
    user = make.user()
    User.update(language="sq").where(User.id == user.id).execute()
    page = web.sign_in(user).get("/", headers={"Accept-Language": "ru"}).text
    assert '<html lang="sq"' in page


def test_language_of_a_request_ends_with_it(web):
    web.get("/sign-in", headers={"Accept-Language": "ru"})
    assert language() == "en"


def test_change_is_written_down_with_user_and_source(web, make):
    admin = make.user(role="administrator")
    web.sign_in(admin).post("/settings/teams/new", {"name": "North"})
    row = Audit.get(Audit.entity == "team")
    assert (row.user_id, row.source) == (admin.id, "web")


def test_change_over_rest_bears_its_source(web, crm, make):
    admin = make.user(role="administrator")
    headers = {"Authorization": f"Bearer {create_token(crm, admin, 'a program')}"}
    answer = web.client.post("/api/v1/clients", json={"kind": "company", "name": "Alba"}, headers=headers)
    assert answer.status_code == 201, answer.text
    row = Audit.get(Audit.entity == "client")
    assert (row.user_id, row.source) == (admin.id, "api")


def test_token_opens_no_page(web, crm, make):
    headers = {"Authorization": f"Bearer {create_token(crm, make.user(), 'a program')}"}
    assert web.client.get("/profile/", headers=headers).status_code == 303


def test_wrong_token_is_refused_in_json(web):
    answer = web.client.get("/api/v1/clients", headers={"Authorization": "Bearer hk_wrong"})
    assert answer.status_code == 401
    assert answer.json["status"] == 401


def test_session_alone_can_not_change_anything_over_rest(web, make):
    web.sign_in(make.user(role="administrator"))
    assert web.client.post("/api/v1/clients", json={"kind": "company", "name": "Alba"}).status_code == 400


def test_requests_that_fail_give_their_turn_and_connection_back(trial, crm):
    for _time in range(CONNECTIONS + 2):
        assert trial.get("/trial/fail").status_code == 500
        assert trial.get("/nothing-here").status_code == 404
        assert trial.client.post("/sign-out").status_code == 400
    assert trial.get("/trial/connected").text == "True"
    assert crm.database.is_closed()


def test_stream_holds_no_connection(trial, crm):
    crm.database.close()
    assert trial.get("/trial/unconnected").text == "False"


def test_more_requests_than_turns_are_served_one_after_another(trial):
    answers = []

    def ask():
        answers.append(trial.app.test_client().get("/trial/connected").status_code)

    threads = [threading.Thread(target=ask) for _number in range(CONNECTIONS * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * CONNECTIONS * 2


def test_upload_within_the_limit_of_its_page_is_taken(trial, make):
    trial.sign_in(make.user())
    sent = {"csrf_token": "token", "file": (io.BytesIO(b"x" * 50_000), "list.csv")}
    assert trial.client.post("/trial/large", data=sent).text == "50000"


def test_upload_above_the_limit_is_refused_with_a_sentence(trial, make):
    trial.sign_in(make.user())
    sent = {"csrf_token": "token", "file": (io.BytesIO(b"x" * 50_000), "list.csv")}
    answer = trial.client.post("/trial/small", data=sent)
    assert answer.status_code == 413
    assert "This file is too large" in answer.text


def test_instance_behind_https_says_so_to_the_browser(crm, make):
    crm.config = replace(crm.config, base_url="https://crm.example")
    web = Browser(crm)
    answer = web.get("/sign-in")
    assert "Strict-Transport-Security" in answer.headers
    assert "Secure" in answer.headers["Set-Cookie"]


def test_two_instances_on_one_host_have_two_cookies(crm):
    one = create_web(crm).config["SESSION_COOKIE_NAME"]
    crm.config = replace(crm.config, environment={"HINKA_SECRET_KEY": "another key"})
    assert create_web(crm).config["SESSION_COOKIE_NAME"] != one


def test_deactivated_users_token_is_refused(web, crm, make):
    user = make.user()
    secret = create_token(crm, user, "a program")
    User.update(is_active=False).where(User.id == user.id).execute()
    assert web.client.get("/api/v1/clients", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
