"""Signing in and out, and what ends a session."""

import pytest

from core.testing import PASSWORD
from core.users.people import change_user
from core.users.services import FAILURES, set_password


@pytest.fixture
def seller(make):
    return make.user(name="Sara Seller", password=PASSWORD)


def test_stranger_is_led_to_the_sign_in_and_back(visitor, seller):
    asked = visitor.get("/profile/?tab=tokens")
    assert asked.headers["Location"] == "/sign-in?next=/profile/?tab%3Dtokens"
    answer = visitor.post("/sign-in", login=seller.login, password=PASSWORD, next="/profile/?tab=tokens")
    assert answer.headers["Location"] == "/profile/?tab=tokens"


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ({"Referer": "http://localhost/clients/new?kind=person"}, "/clients/new?kind%3Dperson"),
        ({"HX-Request": "true", "HX-Current-URL": "http://localhost/clients/"}, "/clients/"),
    ],
)
def test_who_was_signed_out_amid_a_form_is_told_and_led_back_to_it(visitor, headers, place):
    sent = visitor.app.test_client().post("/clients/new", data={"name": "Ada"}, headers=headers)
    target = sent.headers.get("HX-Redirect") or sent.headers["Location"]
    assert target == f"/sign-in?next={place}&ended=1"
    assert "You are signed out. Sign in to go on where you were." in visitor.get(target).text


def test_a_form_sent_from_elsewhere_leads_back_to_no_stranger(visitor):
    sent = visitor.app.test_client().post("/clients/new", headers={"Referer": "https://evil.example/clients/"})
    assert sent.headers["Location"] == "/sign-in?ended=1"


@pytest.mark.parametrize("login", ["nobody", ""])
def test_unknown_login_and_wrong_password_read_the_same(visitor, seller, login):
    unknown = visitor.post("/sign-in", login=login, password="wrong wrong wrong")
    wrong = visitor.post("/sign-in", login=seller.login, password="wrong wrong wrong")
    assert unknown.status_code == wrong.status_code == 401
    assert "Login or password is wrong." in unknown.text
    assert "Login or password is wrong." in wrong.text


def test_too_many_failures_lock_even_the_right_password_out(visitor, seller, crm):
    for _time in range(FAILURES):
        visitor.post("/sign-in", login=seller.login, password="wrong wrong wrong")
    locked = visitor.post("/sign-in", login=seller.login, password=PASSWORD)
    assert locked.status_code == 429
    assert "Too many failed attempts" in locked.text
    crm.clock.advance(minutes=16)
    assert visitor.post("/sign-in", login=seller.login, password=PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\t/evil.example", "javascript:x"]
)
def test_nobody_is_sent_to_a_stranger_after_sign_in(visitor, seller, target):
    answer = visitor.post("/sign-in", login=seller.login, password=PASSWORD, next=target)
    assert answer.headers["Location"] == "/"


def test_new_password_ends_the_session(visitor, seller, crm):
    visitor.sign_in(seller)
    set_password(crm, seller, "another long password")
    assert visitor.get("/profile/").headers["Location"].startswith("/sign-in")


def test_deactivated_user_is_out_at_once(visitor, seller, crm, make):
    make.user(role="administrator", password=PASSWORD)
    visitor.sign_in(seller)
    change_user(crm, seller, is_active=False)
    assert visitor.get("/profile/").status_code == 303


def test_user_without_password_can_not_sign_in(visitor, make):
    user = make.user()
    assert visitor.post("/sign-in", login=user.login, password="").status_code == 401


def test_signing_out_ends_the_session(visitor, seller):
    visitor.sign_in(seller)
    visitor.post("/sign-out")
    assert visitor.get("/profile/").status_code == 303


def test_signing_out_everywhere_ends_other_browsers_too(visitor, seller, crm):
    visitor.sign_in(seller)
    other = visitor.app.test_client()
    with visitor.client.session_transaction() as mine, other.session_transaction() as theirs:
        theirs.update(mine)
    assert other.get("/profile/").status_code == 200
    visitor.post("/sign-out/everywhere")
    assert other.get("/profile/").status_code == 303


def test_session_of_before_the_sign_in_is_not_kept(visitor, seller):
    before = visitor.token()
    visitor.sign_in(seller)
    assert visitor.token() != before


def test_forged_session_is_nobody(visitor, seller):
    visitor.client.set_cookie(visitor.app.config["SESSION_COOKIE_NAME"], "eyJ1c2VyIjoxLCJlcG9jaCI6MH0.abc.def")
    assert visitor.get("/profile/").status_code == 303


def test_session_cookie_is_kept_from_scripts_and_other_sites(visitor, seller):
    answer = visitor.post("/sign-in", login=seller.login, password=PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_address_is_limited_whatever_logins_it_tries(visitor, seller):
    for number in range(FAILURES):
        visitor.post("/sign-in", login=f"guess{number}", password="wrong wrong wrong")
    assert visitor.post("/sign-in", login=seller.login, password=PASSWORD).status_code == 429


def test_address_named_by_a_stranger_does_not_count(visitor, seller):
    for number in range(FAILURES):
        visitor.client.post(
            "/sign-in",
            data={"csrf_token": visitor.token(), "login": f"guess{number}", "password": "wrong wrong wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
            environ_base={"REMOTE_ADDR": "203.0.113.9"},
        )
    answer = visitor.client.post(
        "/sign-in",
        data={"csrf_token": visitor.token(), "login": seller.login, "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert answer.status_code == 429


def test_sign_in_page_speaks_the_chosen_language(visitor):
    visitor.get("/sign-in?lang=ru")
    assert 'lang="ru"' in visitor.get("/sign-in").text.split("<head>")[0]
