"""The shapes of messages and their templates: for forms and REST."""

from marshmallow import Schema, fields, validate

from core.i18n import lazy
from core.messages.states import STATES
from core.moments import check_moment

LONGEST = 100_000
MOST_FILES = 100


class MessageSchema(Schema):
    """A message to or from a client. Links are ids; without a client it came from an unknown address."""

    id = fields.Integer(dump_only=True)
    channel = fields.String(required=True, metadata={"label": lazy("Channel")})
    direction = fields.String(dump_only=True)
    client = fields.Integer(required=True, attribute="client_id", allow_none=False)
    contact = fields.Integer(attribute="contact_id", allow_none=True, load_default=None)
    deal = fields.Integer(attribute="deal_id", allow_none=True, load_default=None, metadata={"label": lazy("Deal")})
    address = fields.String(
        required=True, validate=validate.Length(1, 300), metadata={"label": lazy("To whom"), "widget": "select"}
    )
    subject = fields.String(
        load_default="", validate=validate.Length(max=300), metadata={"label": lazy("Subject"), "wide": True}
    )
    body = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST),
        metadata={"label": lazy("Text"), "widget": "textarea"},
    )
    files = fields.List(
        fields.Integer(),
        attribute="file_ids",
        load_default=list,
        validate=validate.Length(max=MOST_FILES),
        metadata={"label": lazy("Files"), "widget": "checks"},
    )
    left_out = fields.List(fields.String(), dump_only=True)
    send_after = fields.AwareDateTime(
        allow_none=True, load_default=None, validate=check_moment, metadata={"label": lazy("When (empty: now)")}
    )
    parts = fields.Integer(dump_only=True)
    state = fields.String(dump_only=True, metadata={"enum": list(STATES)})
    reason = fields.String(dump_only=True)
    provider = fields.String(dump_only=True)
    provider_ref = fields.String(dump_only=True)
    user = fields.Integer(dump_only=True, allow_none=True, attribute="user_id")
    interaction = fields.Integer(dump_only=True, allow_none=True, attribute="interaction_id")
    created_at = fields.AwareDateTime(dump_only=True)
    sent_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    changed_at = fields.AwareDateTime(dump_only=True)
    handled_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class WritingSchema(MessageSchema):
    """A message as the dialog asks it: who is written to is known."""

    class Meta:
        """Leaves out what the address or the dialog says."""

        fields = ("channel", "address", "subject", "body", "deal", "send_after", "files")


class AgainSchema(Schema):
    """What sending again asks: `is_sure` for a message that may have arrived already."""

    is_sure = fields.Boolean(load_default=False)


class AssignSchema(Schema):
    """Whose a message from an unknown address is."""

    client = fields.Integer(required=True)
    contact = fields.Integer(allow_none=True, load_default=None)
    keeps_address = fields.Boolean(load_default=True)


class TemplateSchema(Schema):
    """A text that is written again and again; without a channel it is for all of them."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, 200), metadata={"label": lazy("Name")})
    channel = fields.String(load_default="", metadata={"label": lazy("Channel"), "widget": "select"})
    subject = fields.String(
        load_default="", validate=validate.Length(max=300), metadata={"label": lazy("Subject"), "wide": True}
    )
    body = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST),
        metadata={
            "label": lazy("Text"),
            "widget": "textarea",
            "help": lazy("Fields are filled in: {client.name}, {client.city}, {client.owner.name}, {deal.title}…"),
        },
    )
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)
