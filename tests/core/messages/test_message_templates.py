"""Templates: fields in braces are looked up, never run; what is no field is refused when the template is kept."""

from decimal import Decimal

import pytest

from core.errors import InvalidInput
from core.messages.message_templates import filled, save_template, templates_for
from core.messages.models import MessageTemplate


@pytest.mark.parametrize("body", ["{client.nothing}", "{user.name}", "{client.owner.nothing}"])
def test_field_that_is_not_there_is_refused(crm, body):
    with pytest.raises(InvalidInput):
        save_template(crm, None, {"name": "One", "body": body})


def test_fields_are_written_as_people_read_them(crm, owner, client, make):
    deal = make.deal("New oven", client=client, owner=owner, potential=Decimal("1200"))
    text = filled(crm, owner, "{deal.title} {deal.potential} {client.status} {client.created_at}", client, deal)
    assert text.startswith("New oven ")
    assert "1,200" in text
    assert "{" not in text


def test_without_a_deal_its_fields_are_empty(crm, owner, client):
    assert filled(crm, owner, "[{deal.title}]", client) == "[]"


@pytest.mark.parametrize("text", ["{{ 7 * 7 }}", "{client.__class__}", "{client.name.__class__}", "{% raw %}", "{}"])
def test_nothing_is_run(crm, owner, client, text):
    assert filled(crm, owner, text, client) == text


def test_name_with_braces_is_not_filled_in_again(crm, owner, make):
    client = make.client("{client.tax_number}", tax_number="AL1")
    assert filled(crm, owner, "{client.name}", client) == "{client.tax_number}"


def test_templates_of_a_channel_come_with_those_of_all(crm, channel):
    for name, key in (("A", "fake"), ("B", "")):
        save_template(crm, None, {"name": name, "channel": key, "body": "Hello"})
    assert [one.name for one in templates_for("fake")] == ["A", "B"]
    assert [one.name for one in templates_for("other")] == ["B"]


def test_template_is_made_changed_and_deleted_on_its_pages(web, channel, make):
    web.sign_in(make.user("head"))
    web.post("/settings/message-templates/new", {"name": "Greeting", "body": "Dear {client.name}"})
    made = MessageTemplate.get()
    assert "Dear {client.name}" in web.text(f"/settings/message-templates/{made.id}")
    web.post(f"/settings/message-templates/{made.id}", {"name": "Greeting", "body": "Hello {client.name}"})
    assert "Hello {client.name}" in web.text("/settings/message-templates/")
    web.post(f"/settings/message-templates/{made.id}/delete")
    assert "No templates yet" in web.text("/settings/message-templates/")


def test_seller_may_not_change_templates(web, make):
    assert web.sign_in(make.user("seller")).get("/settings/message-templates/").status_code == 403
