"""What every answer bears and every form must bear."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Blueprint

from core.store.audit import Audit
from core.web.context import foreign, needs, public

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted([*ROOT.glob("core/**/templates/**/*.html"), *ROOT.glob("plugins/*/templates/**/*.html")])
PAPER = ("paper",)  # what is printed is no page: its style travels inside


@pytest.fixture
def admin(make):
    return make.user(role="administrator", name="Ada Admin")


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nothing-here", "/healthz"])
def test_every_answer_bears_the_policy(web, path):
    answer = web.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_kept_by_the_browser(web, admin):
    assert web.sign_in(admin).get("/profile/").headers["Cache-Control"] == "no-store"


def test_assets_are_kept_for_a_year_under_their_version(web):
    page = web.get("/sign-in").text
    address = re.search(r'href="(/static/dist/hinka\.css\?v=[0-9a-f]+)"', page)[1]
    with web.get(address) as versioned, web.get(address.split("?")[0]) as bare:
        assert versioned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert bare.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("token", ["", "wrong", "ü"])
def test_form_without_its_token_is_refused_with_a_sentence(web, admin, token):
    web.sign_in(admin)
    answer = web.client.post("/settings/teams/new", data={"name": "North", "csrf_token": token})
    assert answer.status_code == 400
    assert "This form has expired or came from another page." in answer.text
    assert not Audit.select().where(Audit.entity == "team").exists()


def test_token_in_the_header_of_htmx_counts(web, admin):
    headers = {"HX-Request": "true", "X-CSRF-Token": "token"}
    answer = web.sign_in(admin).client.post("/settings/teams/new", data={"name": "North"}, headers=headers)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/settings/teams/"


def test_token_of_another_session_does_not_count(web, admin, crm):
    web.sign_in(admin)
    stranger = web.app.test_client()
    foreign_token = re.search(r'csrf-token" content="([^"]+)', stranger.get("/sign-in").text)[1]
    assert web.client.post("/sign-out", data={"csrf_token": foreign_token}).status_code == 400


def test_every_route_asks_for_a_sign_in_unless_it_is_marked(web):
    open_endpoints = {"sign_in.form", "sign_in.sign_in", "sign_in.sign_out", "health.check", "static"}
    for rule in web.app.url_map.iter_rules():
        view = web.app.view_functions[rule.endpoint]
        marked = getattr(view, "is_public", False) or getattr(getattr(view, "view_class", None), "is_public", False)
        if rule.endpoint.endswith("static") or rule.rule.startswith("/api/"):
            continue
        assert marked == (rule.endpoint in open_endpoints), rule.endpoint


@pytest.mark.parametrize(
    "path",
    [
        "/settings/",
        "/settings/users/",
        "/settings/users/new",
        "/settings/roles/",
        "/settings/teams/",
        "/settings/plugins/",
        "/settings/jobs/",
        "/settings/history/",
        "/settings/rates/",
    ],
)
def test_seller_may_not_administer(web, make, path):
    web.sign_in(make.user())
    answer = web.get(path)
    assert answer.status_code == 403
    assert "Ask your administrator." in answer.text


def test_health_is_told_to_anybody(web):
    assert web.get("/healthz").json == {"status": "ok"}


def test_sick_database_is_told_without_details(web, crm, monkeypatch):
    monkeypatch.setattr("core.web.health.is_schema_fine", lambda crm: 1 / 0)
    answer = web.get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable"}


def test_unexpected_failure_shows_a_number_and_no_details(web, admin, monkeypatch, caplog):
    web.sign_in(admin)
    web.app.config["PROPAGATE_EXCEPTIONS"] = False  # the test client would raise them
    monkeypatch.setitem(web.app.view_functions, "profile.index", lambda: 1 / 0)
    answer = web.get("/profile/")
    assert answer.status_code == 500
    number = re.search(r"under the number ([0-9a-f]{8})", answer.text)[1]
    assert "division by zero" not in answer.text
    assert caplog.records[-1].failure == number


def test_unknown_address_under_api_answers_json(web):
    answer = web.get("/api/v1/nothing-here")
    assert answer.status_code == 404
    assert answer.json["status"] == 404
    assert set(answer.json) == {"code", "status", "message", "errors"}


def test_refusal_reaches_htmx_as_a_short_message(web, make):
    answer = web.sign_in(make.user()).get("/settings/users/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["HX-Reswap"] == "none"
    assert "hinka:toast" in answer.headers["HX-Trigger"]


def test_view_of_a_plugin_may_open_itself_or_ask_for_a_right(crm, make, monkeypatch):
    from core.testing import Browser
    from core.web import routes

    blueprint = Blueprint("trial", __name__)
    blueprint.add_url_rule("/open", "open", public(lambda: "open"))
    blueprint.add_url_rule("/hook", "hook", public(foreign(lambda: "taken")), methods=["POST"])
    blueprint.add_url_rule("/closed", "closed", needs("deals.delete")(lambda: "closed"))
    monkeypatch.setattr(routes, "CORE", (*routes.CORE, (blueprint, "/trial")))
    web = Browser(crm)
    assert web.get("/trial/open").text == "open"
    assert web.client.post("/trial/hook").text == "taken"
    assert web.get("/trial/closed").status_code == 303
    web.sign_in(make.user(role="seller"))
    assert web.get("/trial/closed").status_code == 403


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_keeps_to_the_policy(path):
    if path.stem in PAPER:
        return
    text = path.read_text("utf-8")
    assert not re.search(r"<[^>]*\sstyle=", text), "style= is blocked: make a class in a style sheet"
    assert not re.search(r"<[^>]*\s(on[a-z]+|hx-on[:a-z-]*)=", text), "handlers in attributes are blocked"
    assert not re.search(r"hx-trigger=\"[^\"]*\[", text), "filters of triggers need eval"
    assert "js:" not in re.sub(r"\{#.*?#\}", "", text), "js: values need eval"
    for script in re.findall(r"<script([^>]*)>", text):
        assert "src=" in script or "application/json" in script, "no script stands in a page"
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        posts = re.search(r"method=\"(post|POST)\"", form)
        # What is included into the form carries it there; htmx sends it in a header.
        assert not posts or any(word in form for word in ("csrf", "{% include", "hx-post")), f"no token: {form[:90]}"


def test_asset_is_sent_packed_to_who_takes_it_so(web):
    with (
        web.get("/static/dist/hinka.css", headers={"Accept-Encoding": "gzip"}) as packed,
        web.get("/static/dist/hinka.css") as plain,
    ):
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.mimetype == plain.mimetype == "text/css"
        assert len(packed.data) * 4 < len(plain.data)
        assert gzip.decompress(packed.data) == plain.data
