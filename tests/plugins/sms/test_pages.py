"""The pages of gateways: kept, tried and deleted by an administrator alone."""

import pytest

from core.api import queue_message
from plugins.sms.gateways import all_gateways
from plugins.sms.models import Part
from tests.plugins.sms.counterparts import smsc

VALUES = {
    "name": "Vodafone", "kind": "smpp", "address": "127.0.0.1:2775", "login": "crm", "secret": "hush",
    "sender": "Hinka", "prefixes": "+355", "per_second": "10", "place": "1", "is_active": "1",
}  # fmt: skip


@pytest.fixture
def admin(web, make):
    return web.sign_in(make.user("administrator"))


def test_without_a_gateway_the_page_says_what_to_do(admin):
    assert "No gateway yet" in admin.text("/settings/sms/")


def test_a_gateway_is_added_and_its_password_never_shown(admin):
    assert admin.post("/settings/sms/new", VALUES).status_code == 303
    (made,) = all_gateways()
    page = admin.text(f"/settings/sms/{made.id}")
    assert ("127.0.0.1:2775" in page, "hush" in page, made.secret != "hush") == (True, False, True)
    assert "Vodafone" in admin.text("/settings/sms/")


def test_an_empty_password_keeps_the_old_one(admin):
    admin.post("/settings/sms/new", VALUES)
    (made,) = all_gateways()
    admin.post(f"/settings/sms/{made.id}", {**VALUES, "secret": "", "name": "Telekom"})
    (now,) = all_gateways()
    assert (now.name, now.secret) == ("Telekom", made.secret)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"address": "https://sms.example.com"}, "smpp.example.com:2775"),
        ({"sender": "Kompania Jone"}, "at most 11"),
        ({"prefixes": "355"}, "write it like +355"),
    ],
)
def test_what_no_gateway_can_have_is_refused_and_nothing_kept(admin, wrong, sentence):
    assert sentence in admin.post("/settings/sms/new", {**VALUES, **wrong}).text
    assert all_gateways() == []


def test_a_gateway_by_which_messages_went_is_kept(crm, admin, client, gateway):
    made = gateway("smpp", "127.0.0.1:2775")
    message = queue_message(crm, "sms", client=client, address="+355691234567", body="Hello")
    Part.create(message_id=message.id, place=0, gateway=made.id, ref="1", state="sent", changed_at=crm.clock.now())
    admin.post(f"/settings/sms/{made.id}/delete")
    assert len(all_gateways()) == 1
    Part.delete().execute()
    admin.post(f"/settings/sms/{made.id}/delete")
    assert all_gateways() == []


def test_a_gateway_is_tried(admin, gateway, own_network):
    with smsc() as network:
        good = gateway("smpp", network.address, name="good")
        bad = gateway("smpp", network.address, name="bad", secret="wrong")
        assert "knows this login" in admin.post(f"/settings/sms/{good.id}/try", follow_redirects=True).text
        page = admin.post(f"/settings/sms/{bad.id}/try").text
    assert "does not know this login" in page
    assert f'action="/settings/sms/{bad.id}"' in page, "what is corrected there is saved"


def test_an_http_gateway_is_tried_and_its_provider_told_where_to_bring_what_comes(admin, gateway, own_network):
    with smsc() as network:
        good = gateway("kannel", f"http://{network.address}/sendsms", name="good")
        assert "The gateway answers." in admin.post(f"/settings/sms/{good.id}/try", follow_redirects=True).text
    assert "can&#39;t be reached" in admin.post(f"/settings/sms/{good.id}/try").text
    assert "/incoming?from=%p&amp;to=%P&amp;text=%b&amp;charset=%C&amp;id=%I<" in admin.text(f"/settings/sms/{good.id}")


def test_a_seller_sees_no_gateways(web, make, gateway):
    made = gateway("smpp", "127.0.0.1:2775")
    seller = web.sign_in(make.user("seller"))
    for url in ("/settings/sms/", f"/settings/sms/{made.id}"):
        assert seller.get(url).status_code == 403
    assert seller.post(f"/settings/sms/{made.id}/delete").status_code == 403
