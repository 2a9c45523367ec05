"""REST of webhooks: who is told of what, the log of deliveries, and sending one once more."""

from typing import Any

from flask import Response
from marshmallow import fields

from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint
from core.webhooks import services
from core.webhooks.models import Delivery, Webhook
from core.webhooks.schemas import DeliverySchema, WebhookSchema

blueprint = rest_blueprint("webhooks", "Addresses that are told of events")
blueprints = (blueprint,)
RIGHT = "admin.settings"


class NewWebhookSchema(WebhookSchema):
    """A webhook with its secret, which is shown this once."""

    secret = fields.String(dump_only=True)


WEBHOOKS = Resource("webhooks", Webhook, WebhookSchema, lambda _reader: Webhook.select())
NEW = Resource("webhooks", Webhook, NewWebhookSchema, lambda _reader: Webhook.select())
DELIVERIES = Resource("deliveries", Delivery, DeliverySchema, lambda _reader: Delivery.select(), order="-id")


@blueprint.list("/webhooks", WEBHOOKS)
@needs(RIGHT)
def list_webhooks() -> Response:
    """Lists webhooks."""
    return listing(WEBHOOKS)


@blueprint.post("/webhooks", NEW, WebhookSchema)
@needs(RIGHT)
def add_webhook(values: dict[str, Any]) -> Response:
    """Makes a webhook; the answer holds its secret, which is never shown again."""
    webhook, secret = services.create_webhook(crm(), user(), **values)
    return answer(WEBHOOKS, webhook, 201, secret=secret)


@blueprint.get(f"/webhooks/<{ID}:webhook_id>", WEBHOOKS)
@needs(RIGHT)
def get_one_webhook(webhook_id: int) -> Response:
    """Shows a webhook."""
    return answer(WEBHOOKS, services.get_webhook(webhook_id))


@blueprint.change(f"/webhooks/<{ID}:webhook_id>", WEBHOOKS)
@needs(RIGHT)
def patch_webhook(values: dict[str, Any], webhook_id: int) -> Response:
    """Changes a webhook."""
    webhook = services.get_webhook(webhook_id)
    with guard(WEBHOOKS, webhook):
        webhook = services.change_webhook(crm(), webhook, **values)
    return answer(WEBHOOKS, webhook)


@blueprint.delete(f"/webhooks/<{ID}:webhook_id>")
@needs(RIGHT)
def remove_webhook(webhook_id: int) -> Response:
    """Deletes a webhook with its log."""
    webhook = services.get_webhook(webhook_id)
    with guard(WEBHOOKS, webhook):
        services.delete_webhook(crm(), webhook)
    return gone()


@blueprint.act(f"/webhooks/<{ID}:webhook_id>/secret", NEW)
@needs(RIGHT)
def renew_secret(webhook_id: int) -> Response:
    """Gives a webhook a new secret, which this answer holds and none after it."""
    webhook = services.get_webhook(webhook_id)
    with guard(WEBHOOKS, webhook):
        secret = services.renew_secret(crm(), webhook)
    return answer(WEBHOOKS, webhook, secret=secret)


@blueprint.post(f"/webhooks/<{ID}:webhook_id>/ping", WEBHOOKS, status=202)
@needs(RIGHT)
def ping_webhook(webhook_id: int) -> Response:
    """Sends the webhook an event of its own, by which it can be tried."""
    webhook = services.get_webhook(webhook_id)
    services.ping(crm(), webhook)
    return answer(WEBHOOKS, webhook, 202)


@blueprint.list(f"/webhooks/<{ID}:webhook_id>/deliveries", DELIVERIES)
@needs(RIGHT)
def list_deliveries(webhook_id: int) -> Response:
    """Lists what the webhook was told in the last 30 days, and how that went."""
    webhook = services.get_webhook(webhook_id)
    return listing(DELIVERIES, Delivery.select().where(Delivery.webhook == webhook.id))


@blueprint.post(f"/webhooks/<{ID}:webhook_id>/deliveries/<{ID}:delivery_id>/replay", DELIVERIES, status=202)
@needs(RIGHT)
def replay_delivery(webhook_id: int, delivery_id: int) -> Response:
    """Sends a delivery once more, with the same body under the same number."""
    delivery = services.get_delivery(services.get_webhook(webhook_id), delivery_id)
    return answer(DELIVERIES, services.replay(crm(), delivery), 202)
