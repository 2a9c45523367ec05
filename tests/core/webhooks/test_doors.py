"""REST and the pages of webhooks: for administrators alone, the secret shown once."""

import pytest

from core.testing import PASSWORD
from core.users.services import create_token
from core.web.factory import create_web
from core.webhooks import services
from core.webhooks.models import Delivery, Webhook
from tests.core.rest.conftest import Program
from tests.core.web.visitor import Visitor

URL = "https://example.com/hooks"


@pytest.fixture
def program(crm):
    app = create_web(crm)
    return lambda user: Program(app, create_token(crm, user, "test"))


@pytest.fixture
def api(program, make):
    return program(make.user("administrator"))


def test_a_webhook_is_made_read_changed_and_deleted_over_rest(api):
    made = api.post("/webhooks", {"url": URL, "events": ["deal.won"]})
    assert made.status_code == 201, made.text
    assert made.json["secret"].startswith("whsec_")
    path = f"/webhooks/{made.json['id']}"
    read = api.get(path)
    assert "secret" not in read.json
    assert [one["url"] for one in api.get("/webhooks").json] == [URL]
    assert api.patch(path, {"is_active": False}).status_code == 428
    changed = api.patch(path, {"events": ["client.*"], "is_active": False}, read.headers["ETag"])
    assert (changed.status_code, changed.json["events"], changed.json["is_active"]) == (200, ["client.*"], False)
    renewed = api.post(f"{path}/secret", seen=changed.headers["ETag"])
    assert renewed.json["secret"] != made.json["secret"]
    assert api.delete(path, api.get(path).headers["ETag"]).status_code == 204
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "http://127.0.0.1/x", "events": ["*"]}, "url"),
        ({"url": URL, "events": ["deal.wonn"]}, "events"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL}, "events"),
        ({"url": URL, "events": ["*"], "secret": "mine"}, "secret"),
    ],
)
def test_wrong_values_are_refused_by_field(api, values, field):
    answer = api.post("/webhooks", values)
    assert answer.status_code == 422
    assert field in answer.json["errors"]
    assert Webhook.select().count() == 0


def test_deliveries_are_listed_and_sent_again_over_rest(api, crm, make, webhook, listener):
    made, _secret = webhook("client.created")
    make.client("Hoxha")
    crm.jobs.run_waiting()
    path = f"/webhooks/{made.id}/deliveries"
    (row,) = api.get(path).json
    assert (row["event"], row["state"], row["status"]) == ("client.created", "delivered", 200)
    again = api.post(f"{path}/{row['id']}/replay")
    assert (again.status_code, again.json["state"]) == (202, "waiting")
    assert api.post(f"/webhooks/{made.id}/ping").status_code == 202
    crm.jobs.run_waiting()
    assert len(listener.heard) == 3
    assert api.post(f"{path}/999/replay").status_code == 404


@pytest.mark.parametrize("role", ["director", "seller", "reader"])
def test_others_may_not(program, make, role):
    other = program(make.user(role))
    assert other.get("/webhooks").status_code == 403
    assert other.post("/webhooks", {"url": URL, "events": ["*"]}).status_code == 403
    assert Visitor(make.crm).sign_in(make.user(role, password=PASSWORD)).get("/settings/webhooks/").status_code == 403


def test_page_makes_a_webhook_and_shows_the_secret_once(crm, make):
    visitor = Visitor(crm).sign_in(make.user("administrator", password=PASSWORD))
    assert "Nobody is told yet" in visitor.get("/settings/webhooks/").text
    made = visitor.post("/settings/webhooks/", url=URL, events=["deal.won", "client.created"], note="Shop")
    assert "whsec_" in made.text
    card = f"/settings/webhooks/{Webhook.get().id}"
    assert "whsec_" not in visitor.get(card).text
    assert visitor.post(card, url=URL, events=["deal.*x"], is_active="true").status_code == 200
    assert visitor.post(card, url=URL, events=["*"], is_active="true").status_code == 303
    assert Webhook.get().events == ["*"]
    assert "whsec_" in visitor.post(f"{card}/secret").text
    assert visitor.post(f"{card}/delete").status_code == 303
    assert Webhook.select().count() == 0


def test_page_keeps_events_beyond_its_list(crm, make, webhook):
    made, _secret = webhook("deal.*", "client.created")
    visitor = Visitor(crm).sign_in(make.user("administrator", password=PASSWORD))
    assert 'value="deal.*" checked' in visitor.get(f"/settings/webhooks/{made.id}").text


def test_page_shows_deliveries_and_sends_again(crm, make, webhook, listener):
    made, _secret = webhook("client.created")
    visitor = Visitor(crm).sign_in(make.user("administrator", password=PASSWORD))
    listener.status = 500
    make.client("Hoxha")
    crm.jobs.run_waiting()
    page = visitor.get(f"/settings/webhooks/{made.id}").text
    assert "client.created" in page
    assert "Failed" in page
    assert visitor.post(f"/settings/webhooks/{made.id}/deliveries/{Delivery.get().id}/replay").status_code == 303
    assert Delivery.get().state == "waiting"
    assert visitor.post(f"/settings/webhooks/{made.id}/ping").status_code == 303
    assert services.newest_deliveries(made)[0].event == "ping"
