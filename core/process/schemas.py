"""Shapes of what the process takes and shows over REST."""

from marshmallow import Schema, fields, validate

from core.i18n import lazy


class CompletionSchema(Schema):
    """What doing a task tells: `result` by the keys that its stage asks for, `checklist` the places that are ticked."""

    result = fields.Dict(keys=fields.String(), load_default=dict)
    checklist = fields.List(fields.Integer(strict=True, validate=validate.Range(0)), load_default=None, allow_none=True)
    amount = fields.Decimal(
        allow_nan=False,
        allow_none=True,
        load_default=None,
        validate=validate.Range(0, 10**14, max_inclusive=False, error=lazy("Zero or more, please.")),
    )


class SendBackSchema(Schema):
    """What sending a deal back asks: the id of an earlier stage, and why."""

    stage = fields.Integer(required=True)
    note = fields.String(required=True, validate=validate.Length(1, 20_000))


class EvidenceShownSchema(Schema):
    """Something that shows that a stage's result is fulfilled."""

    id = fields.Integer(dump_only=True)
    task = fields.Integer(attribute="task_id", dump_only=True)
    deal = fields.Integer(attribute="deal_id", dump_only=True)
    plugin = fields.String(dump_only=True)
    kind = fields.String(dump_only=True)
    title = fields.String(dump_only=True)
    entity = fields.String(dump_only=True)
    entity_id = fields.Integer(dump_only=True, allow_none=True)
    url = fields.String(dump_only=True)
    result = fields.Dict(dump_only=True)
    state = fields.String(dump_only=True)
    at = fields.AwareDateTime(dump_only=True)
    decided_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    user = fields.Integer(attribute="user_id", dump_only=True, allow_none=True)
