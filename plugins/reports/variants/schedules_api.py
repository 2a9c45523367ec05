"""REST of schedules: list, make, change, stop, send now, what each has sent, and its files."""

from collections.abc import Sequence
from typing import Any

from flask import Response, send_file
from marshmallow import Schema, fields, validate

from core.api import (
    RECORD_ID,
    Resource,
    User,
    answer,
    gone,
    guard,
    listing,
    needs,
    present_crm,
    present_user,
    rest_blueprint,
)
from plugins.reports.output.forms import MEDIA_TYPES
from plugins.reports.variants import schedules, sending
from plugins.reports.variants.calendar import EVERY, WEEK
from plugins.reports.variants.models import Schedule, Sending
from plugins.reports.variants.states import LETTERS

blueprint = rest_blueprint("reports_schedules", "Reports that are sent regularly, and what came of it")


class ScheduleFacts(Schema):
    """When, as what and to whom a report is sent; `on_day` is the weekday from 0 (Monday), or the day of the month."""

    variant = fields.Integer(required=True, attribute="variant_id")
    every = fields.String(load_default=WEEK, validate=validate.OneOf(list(EVERY)))
    on_day = fields.Integer(load_default=0, validate=validate.Range(0, 31))
    at_hour = fields.Integer(load_default=8, validate=validate.Range(0, 23))
    form = fields.String(load_default="pdf", validate=validate.OneOf(schedules.FORMS))
    users = fields.List(fields.Integer(), load_default=list)
    teams = fields.List(fields.Integer(), load_default=list)
    recipients = fields.List(fields.String(), load_default=list)
    is_active = fields.Boolean(load_default=True)


class ScheduleData(ScheduleFacts):
    """A schedule, with when it is due next."""

    id = fields.Integer(dump_only=True)
    owner = fields.Integer(dump_only=True, attribute="owner_id")
    next_at = fields.AwareDateTime(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)


class LetterData(Schema):
    """What became of a sending on its way to one reader: a user, by name, or an address outside."""

    reader = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(LETTERS))
    reason = fields.String(required=True)


class SendingData(Schema):
    """What came of a schedule once; `state` is making, sent, kept, refused or failed."""

    id = fields.Integer(dump_only=True)
    schedule = fields.Integer(dump_only=True, attribute="schedule_id")
    at = fields.AwareDateTime(dump_only=True)
    state = fields.String(dump_only=True)
    note = fields.String(dump_only=True)
    file_name = fields.String(dump_only=True)
    size = fields.Integer(dump_only=True)
    letters = fields.List(fields.Nested(LetterData), dump_only=True)


def _seen(reader: User) -> Any:
    return Schedule.select().where(schedules.seen_by(reader))


def _letters(sendings: Sequence[Any]) -> dict[int, dict[str, Any]]:
    return {
        key: {"letters": [{"reader": one.reader, "state": one.state, "reason": one.reason} for one in letters]}
        for key, letters in schedules.letters_of(sendings).items()
    }


SCHEDULES = Resource("schedules", Schedule, ScheduleData, _seen, order="next_at")
SENDINGS = Resource(
    "sendings",
    Sending,
    SendingData,
    lambda reader: Sending.select().where(Sending.schedule.in_(_seen(reader).select(Schedule.id))),
    order="-at",
    more=_letters,
)


@blueprint.list("/reports/schedules", SCHEDULES)
@needs("reports.export")
def list_schedules() -> Response:
    """Lists one's schedules, all of them for who may share reports."""
    return listing(SCHEDULES)


@blueprint.post("/reports/schedules", SCHEDULES, ScheduleFacts)
@needs("reports.export")
def add_schedule(values: dict[str, Any]) -> Response:
    """Has saved settings sent regularly."""
    return answer(SCHEDULES, schedules.save_schedule(present_crm(), present_user(), _facts(values)), 201)


@blueprint.get(f"/reports/schedules/<{RECORD_ID}:schedule_id>", SCHEDULES)
@needs("reports.export")
def show_schedule(schedule_id: int) -> Response:
    """Shows a schedule."""
    return answer(SCHEDULES, _get(schedule_id))


@blueprint.change(f"/reports/schedules/<{RECORD_ID}:schedule_id>", SCHEDULES, ScheduleFacts)
@needs("reports.export")
def change_schedule(values: dict[str, Any], schedule_id: int) -> Response:
    """Changes a schedule of one's own; `is_active: false` stops it for a while."""
    schedule = _get(schedule_id)
    facts = {**schedules.facts_of(schedule), **_facts(values)}
    with guard(SCHEDULES, schedule):
        return answer(SCHEDULES, schedules.save_schedule(present_crm(), present_user(), facts, schedule))


@blueprint.delete(f"/reports/schedules/<{RECORD_ID}:schedule_id>")
@needs("reports.export")
def delete_schedule(schedule_id: int) -> Response:
    """Stops a schedule for good, and forgets what it has sent."""
    schedule = _get(schedule_id)
    with guard(SCHEDULES, schedule):
        schedules.delete_schedule(present_crm(), schedule)
    return gone()


@blueprint.post(f"/reports/schedules/<{RECORD_ID}:schedule_id>/send", SENDINGS, status=202)
@needs("reports.export")
def send_schedule(schedule_id: int) -> Response:
    """Sends a schedule's report now; a job makes it."""
    return answer(SENDINGS, sending.start_now(present_crm(), _get(schedule_id)), 202)


@blueprint.list(f"/reports/schedules/<{RECORD_ID}:schedule_id>/sendings", SENDINGS)
@needs("reports.export")
def list_sendings(schedule_id: int) -> Response:
    """Lists what a schedule has sent, the newest first."""
    return listing(SENDINGS, Sending.select().where(Sending.schedule == _get(schedule_id).id))


@blueprint.route(f"/reports/sendings/<{RECORD_ID}:sending_id>/file", methods=["GET"])
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(operationId="fetch_sending")
@needs("reports.export")
def fetch_sending(sending_id: int) -> Response:
    """Gives the file that a sending made for the user of the token."""
    name, path = schedules.file_of(present_crm(), present_user(), sending_id)
    return send_file(path, mimetype=MEDIA_TYPES[path.suffix[1:]], as_attachment=True, download_name=name)


def _get(schedule_id: int) -> Schedule:
    return schedules.get_schedule(present_user(), schedule_id)


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    """Returns what was sent as a form sends it: addresses are one text there."""
    found = {("variant" if name == "variant_id" else name): value for name, value in values.items()}
    if "recipients" in found:
        found["recipients"] = ", ".join(found["recipients"])
    return found
