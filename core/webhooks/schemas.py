"""The shape of a webhook, for form and REST alike, and of its deliveries and settings."""

from marshmallow import Schema, fields, validate

from core.i18n import lazy
from core.webhooks.events import OFFERED


class WebhookSchema(Schema):
    """An address that is told of events; its secret is shown once, in the answer that makes it."""

    id = fields.Integer(dump_only=True)
    url = fields.String(
        required=True,
        validate=validate.Length(1, 2000),
        metadata={"label": lazy("Address"), "placeholder": "https://example.com/hooks", "wide": True},
    )
    events = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        required=True,
        metadata={
            "label": lazy("Events"),
            "wide": True,
            "choices": [("*", lazy("everything")), *((name, name) for name in OFFERED)],
        },
    )
    note = fields.String(
        load_default="", validate=validate.Length(0, 200), metadata={"label": lazy("What for"), "wide": True}
    )
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("Switched on")})
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)


class DeliverySchema(Schema):
    """One event for one webhook, and how its last attempt went."""

    id = fields.Integer(dump_only=True)
    event = fields.String(dump_only=True)
    state = fields.String(dump_only=True, validate=validate.OneOf(["waiting", "failed", "delivered"]))
    attempts = fields.Integer(dump_only=True)
    status = fields.Integer(dump_only=True, allow_none=True)
    answer = fields.String(dump_only=True)
    duration_ms = fields.Integer(dump_only=True, allow_none=True)
    body = fields.String(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    tried_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class WebhookSettings(Schema):
    """Where webhooks may go beside the open internet."""

    private_hosts = fields.String(
        load_default="",
        metadata={
            "label": lazy("Hosts in your own network"),
            "help": lazy("Webhooks go to no private address, except to the hosts named here, such as erp.local."),
            "wide": True,
        },
    )
