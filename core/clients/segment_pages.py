"""The pages of segments: which there are, what makes each, and the way to its records."""

import json
from collections.abc import Mapping

from flask import Blueprint, request, url_for
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from core.clients import segments
from core.clients.segments import KINDS, LONGEST_NAME, Segment
from core.errors import InvalidInput
from core.fields import describe, entity, remembering
from core.i18n import _, format_number, lazy
from core.users.access import require
from core.web.context import crm, needs, user
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("segments", "core.clients", template_folder="templates")
# The list whose records a segment holds, and the right to see them.
LISTS = {"client": ("clients.index", "clients.read"), "deal": ("deals.index", "deals.read")}


class SegmentSchema(Schema):
    """What can be changed of a segment on its page; its filters are changed in the list."""

    name = fields.String(
        required=True, validate=validate.Length(1, LONGEST_NAME), metadata={"label": lazy("Name"), "wide": True}
    )
    is_shared = fields.Boolean(
        load_default=False,
        metadata={
            "label": lazy("Shared with everybody"),
            "help": lazy("Others see it and use it; only you change it."),
        },
    )


@blueprint.get("/")
@needs("clients.read")
def index() -> str:
    """Shows one's own segments and those that are shared."""
    found = [one for one in segments.seen_segments(user()) if _may_see(one)]
    return page("segments/index.html", segments=found, kinds=KINDS, list_url=list_url)


@blueprint.get("/<int:segment_id>/count")
@needs("clients.read")
def count(segment_id: int) -> str:
    """Shows how many records of a segment the user sees; the page asks for it when the row comes into view."""
    segment = _shown(segment_id)
    try:
        return format_number(segments.count_members(crm(), segment, user()))
    except InvalidInput as error:
        return page("segments/broken.html", sentence=str(error))


@blueprint.route("/<int:segment_id>", methods=["GET", "POST"])
@needs("clients.read")
def card(segment_id: int) -> Response | str:
    """Shows a segment and takes changes of its name and who sees it."""
    segment = _shown(segment_id)
    form = SchemaForm(SegmentSchema, segment)
    if request.method == "POST":
        with form.catching():
            segments.change_segment(crm(), user(), segment, **form.read(request.form))
            return go("segments.index", _("The segment is saved."))
    return page(
        "segments/card.html",
        segment=segment,
        form=form,
        kind=KINDS[segment.kind],
        words=_words(segment),
        url=list_url(segment),
        may_change=segment.owner_id == user().id or user().can("admin.settings"),
    )


@blueprint.post("/<int:segment_id>/delete")
@needs("clients.read")
def delete(segment_id: int) -> Response:
    """Deletes a segment; its records stay."""
    segment = _shown(segment_id)
    segments.delete_segment(crm(), user(), segment)
    return go("segments.index", _("The segment is deleted; its records stay."))


def list_url(segment: Segment) -> str:
    """Returns the address of the list of a segment's records: by its filters, or by being in it."""
    conditions: list[Mapping] = segment.conditions
    if segment.kind == "fixed":
        conditions = [{"field": "segment", "op": "equal", "value": segment.id}]
    return url_for(LISTS[segment.entity][0], f=[json.dumps(one, ensure_ascii=False) for one in conditions])


def _shown(segment_id: int) -> Segment:
    segment = segments.get_segment(crm(), user(), segment_id)
    require(user(), LISTS[segment.entity][1])
    return segment


def _may_see(segment: Segment) -> bool:
    return segment.entity in LISTS and user().can(LISTS[segment.entity][1])


def _words(segment: Segment) -> list[str]:
    """Returns the segment's filters in words; a filter on a field that is no more says so."""
    try:
        with remembering():
            return describe(crm(), entity(crm(), segment.entity), segment.conditions, user())
    except InvalidInput as error:
        return [str(error)]
