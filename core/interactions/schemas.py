"""The shapes of interactions and comments: for form and REST."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from core.i18n import _, lazy
from core.interactions.comments import LONGEST
from core.interactions.words import COMMENTED, DIRECTIONS, KINDS
from core.moments import check_moment

LONGEST_BODY = 100_000
LONGEST_S = 10_000_000


class InteractionSchema(Schema):
    """A call, letter, SMS, meeting or note, planned or held. Links are ids; the client never changes."""

    id = fields.Integer(dump_only=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf([*KINDS], [*KINDS.values()]),
        metadata={"label": lazy("Kind")},
    )
    client = fields.Integer(required=True, attribute="client_id")
    subject = fields.String(
        load_default="", validate=validate.Length(max=300), metadata={"label": lazy("Subject"), "wide": True}
    )
    body = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_BODY),
        metadata={"label": lazy("What was said"), "widget": "textarea"},
    )
    at = fields.AwareDateTime(allow_none=True, validate=check_moment, metadata={"label": lazy("When")})
    is_planned = fields.Boolean(load_default=False, metadata={"label": lazy("Still to come")})
    direction = fields.String(
        load_default="",
        validate=validate.OneOf(["", *DIRECTIONS], ["—", *DIRECTIONS.values()]),
        metadata={"label": lazy("Direction")},
    )
    contact = fields.Integer(
        attribute="contact_id", allow_none=True, metadata={"label": lazy("With"), "widget": "select"}
    )
    deal = fields.Integer(attribute="deal_id", allow_none=True, metadata={"label": lazy("Deal"), "widget": "select"})
    duration_s = fields.Integer(
        allow_none=True, validate=validate.Range(0, LONGEST_S), metadata={"label": lazy("Duration in seconds")}
    )
    user = fields.Integer(dump_only=True, allow_none=True, attribute="user_id")
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)


class RegisterSchema(InteractionSchema):
    """An interaction as the dialog asks it: with the client that was chosen, held (now unless told) or planned."""

    client = fields.Integer(required=True, attribute="client_id", metadata={"label": lazy("Client")})
    state = fields.String(load_default="held", validate=validate.OneOf(["held", "planned"]))
    planned_at = fields.AwareDateTime(load_default=None, allow_none=True, metadata={"label": lazy("When")})

    class Meta:
        """Leaves out what the dialog asks otherwise, or not at all."""

        exclude = ("is_planned", "duration_s")

    @validates_schema
    def check_plan(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Raises ValidationError for a plan without its time."""
        if values["state"] == "planned" and not values["planned_at"]:
            raise ValidationError(_("When is it to take place?"), "planned_at")


class CommentSchema(Schema):
    """A comment on a client, deal or task."""

    id = fields.Integer(dump_only=True)
    entity = fields.String(required=True, validate=validate.OneOf(COMMENTED))
    entity_id = fields.Integer(required=True)
    body = fields.String(required=True, validate=validate.Length(1, LONGEST), metadata={"widget": "textarea"})
    user = fields.Integer(dump_only=True, attribute="user_id")
    at = fields.AwareDateTime(dump_only=True)


class FileSchema(Schema):
    """A file on a client or deal; its bytes are downloaded apart."""

    id = fields.Integer(dump_only=True)
    entity = fields.String(dump_only=True)
    entity_id = fields.Integer(dump_only=True)
    name = fields.String(dump_only=True)
    media_type = fields.String(dump_only=True)
    size = fields.Integer(dump_only=True)
    user = fields.Integer(dump_only=True, attribute="user_id")
    at = fields.AwareDateTime(dump_only=True)
