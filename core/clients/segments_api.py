"""REST of segments: saved filters and fixed lists of clients or deals."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from core.clients import segments as services
from core.clients.segments import KINDS, Segment
from core.users.models import User
from core.web.context import crm, needs, user
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint

blueprint = rest_blueprint("segments", "Saved filters and fixed lists of clients or deals")


class SegmentSchema(Schema):
    """A segment: `live` has conditions, `fixed` has members."""

    id = fields.Integer(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, 100))
    entity = fields.String(required=True, validate=validate.OneOf(["client", "deal"]))
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    conditions = fields.List(fields.Dict(), load_default=list)
    is_shared = fields.Boolean(load_default=False)
    owner = fields.Integer(dump_only=True, attribute="owner_id")
    created_at = fields.AwareDateTime(dump_only=True)


class SegmentChangeSchema(Schema):
    """What of a segment can be changed."""

    name = fields.String(validate=validate.Length(1, 100))
    conditions = fields.List(fields.Dict())
    is_shared = fields.Boolean()


def _seen(reader: User) -> Any:
    return Segment.select().where((Segment.owner == reader.id) | Segment.is_shared)


SEGMENTS = Resource("segments", Segment, SegmentSchema, _seen, order="name")


@blueprint.list("/segments", SEGMENTS)
@needs("clients.read")
def list_segments() -> Response:
    """Lists one's own segments and those that are shared."""
    return listing(SEGMENTS)


@blueprint.post("/segments", SEGMENTS, SegmentSchema)
@needs("clients.read")
def add_segment(values: dict[str, Any]) -> Response:
    """Saves a filter or begins a fixed list."""
    name, entity = values.pop("name"), values.pop("entity")
    return answer(SEGMENTS, services.create_segment(crm(), user(), name, entity, **values), 201)


@blueprint.get(f"/segments/<{ID}:segment_id>", SEGMENTS)
@needs("clients.read")
def get_one_segment(segment_id: int) -> Response:
    """Shows a segment."""
    return answer(SEGMENTS, services.get_segment(crm(), user(), segment_id))


@blueprint.change(f"/segments/<{ID}:segment_id>", SEGMENTS, SegmentChangeSchema)
@needs("clients.read")
def patch_segment(values: dict[str, Any], segment_id: int) -> Response:
    """Changes a segment of one's own."""
    segment = services.get_segment(crm(), user(), segment_id)
    with guard(SEGMENTS, segment):
        segment = services.change_segment(crm(), user(), segment, **values)
    return answer(SEGMENTS, segment)


@blueprint.delete(f"/segments/<{ID}:segment_id>")
@needs("clients.read")
def remove_segment(segment_id: int) -> Response:
    """Deletes a segment of one's own, not its records."""
    segment = services.get_segment(crm(), user(), segment_id)
    with guard(SEGMENTS, segment):
        services.delete_segment(crm(), user(), segment)
    return gone()
