"""The pages of saved settings: their names and readers, one's default, tiles of the home page, schedules."""

from typing import Any

from flask import Blueprint, request, send_file, url_for
from werkzeug.wrappers import Response

from core.api import InvalidInput, NotAllowed, NotFound, SchemaForm, go, go_to, needs, page, present_crm, present_user
from core.api import gettext as _
from plugins.reports.addresses import address_of
from plugins.reports.charts.funnels import with_links
from plugins.reports.document import as_shown
from plugins.reports.models import Variant
from plugins.reports.output.forms import MEDIA_TYPES
from plugins.reports.registry import find_report, get_report, make_report
from plugins.reports.settings.mending import usable
from plugins.reports.variants import calendar, defaults, handing, keeping, schedules, sending, tiles
from plugins.reports.variants.models import Schedule, Sending
from plugins.reports.variants.recipients import names_of
from plugins.reports.variants.schemas import ScheduleSchema
from plugins.reports.variants.states import WORDS

blueprint = Blueprint("reports_saved", __name__)


@blueprint.route("/<int:variant_id>", methods=["GET", "POST"])
@needs("reports.read")
def edit(variant_id: int) -> str | Response:
    """Shows saved settings with all that can be done with them, and renames them."""
    crm, user = present_crm(), present_user()
    variant, problem = keeping.get_variant(user, variant_id), ""
    if request.method == "POST":
        try:
            name, audience = request.form.get("name", ""), request.form.get("audience", keeping.MINE)
            keeping.change_variant(crm, user, variant_id, name=name, audience=audience)
            return _after_saving(keeping.find_seen(user, variant_id), variant)
        except InvalidInput as error:
            problem = str(error)
    return page(
        "reports/variant.html",
        variant=variant,
        report=find_report(crm, variant.report),
        problem=problem,
        audiences=keeping.audiences_of(user, variant),
        audience=keeping.audience_of(variant),
        is_own=variant.owner_id == user.id or user.can(keeping.SHARE),
        is_default=(found := defaults.default_of(user, variant.report)) is not None and found.id == variant.id,
        query=keeping.query_of,
        shown_by=keeping.shown_by(variant),
    )


@blueprint.post("/<int:variant_id>/default")
@needs("reports.read")
def default(variant_id: int) -> Response:
    """Lets the report begin with these settings, or no more."""
    defaults.switch(present_crm(), present_user(), variant_id)
    return go("reports_saved.edit", _("Saved."), variant_id=variant_id)


@blueprint.post("/tiles")
@needs("reports.read")
def add_tile() -> Response:
    """Puts a report or saved settings on the user's home page."""
    variant_id = request.form.get("variant", type=int)
    report = get_report(present_crm(), request.form.get("report", "")).name if not variant_id else ""
    tiles.add_tile(present_crm(), present_user(), report, variant_id)
    return go("home.index", _("It stands on your home page now."))


@blueprint.post("/tiles/change")
@needs("reports.read")
def change_tile() -> Response:
    """Moves a tile, changes its size, or takes it away."""
    key, action = request.form.get("tile", ""), request.form.get("action", "")
    tile = tiles.change_tile(present_crm(), present_user(), key, action)
    return go_to(url_for("home.index", _anchor=f"tile-{tile.id}"))


@blueprint.post("/tiles/order")
@needs("reports.read")
def order_tiles() -> Response:
    """Puts the tiles into the order into which they were dragged."""
    tiles.order_tiles(present_crm(), present_user(), request.form.getlist("order"))
    return Response(status=204)


@blueprint.get("/tiles/body")
@needs("reports.read")
def tile_body() -> str:
    """Shows what a tile shows: figures and the first chart of its report; one that breaks says so in its place."""
    crm, variant_id = present_crm(), request.args.get("variant", type=int)
    html, _failure = crm.hooks.attempt("reports", "tile", _tile, variant_id, request.args.get("report", ""))
    return html or page("reports/tile_body.html", problem=_("This report could not be made. The failure is noted."))


@blueprint.get("/schedules")
@needs("reports.export")
def all_schedules() -> str:
    """Shows what is sent when."""
    found = schedules.schedules_of(present_user())
    return page(
        "reports/schedules.html",
        schedules=found,
        newest=schedules.newest_sendings(found),
        names=names_of(found),
        losses={one.id: loss for one in found if (loss := schedules.loss_of(one))},
        letters=schedules.letters_to(present_user()),
        query=keeping.query_of,
        when=_when,
        state_words=WORDS,
        has_carrier=handing.carrier(present_crm()) is not None,
    )


@blueprint.route("/<int:variant_id>/schedule", methods=["GET", "POST"])
@needs("reports.export")
def new_schedule(variant_id: int) -> str | Response:
    """Asks when and to whom saved settings are sent."""
    return _form(keeping.get_variant(present_user(), variant_id), None)


@blueprint.route("/schedules/<int:schedule_id>", methods=["GET", "POST"])
@needs("reports.export")
def edit_schedule(schedule_id: int) -> str | Response:
    """Shows a schedule with what it sent, and saves it."""
    schedule = schedules.get_schedule(present_user(), schedule_id)
    return _form(schedule.variant, schedule)


@blueprint.post("/schedules/<int:schedule_id>/send")
@needs("reports.export")
def send(schedule_id: int) -> Response:
    """Sends a schedule's report now."""
    sending.start_now(present_crm(), schedules.get_schedule(present_user(), schedule_id))
    return go("reports_saved.edit_schedule", _("It is being made."), schedule_id=schedule_id)


@blueprint.get("/schedules/<int:schedule_id>/sendings")
@needs("reports.export")
def sent(schedule_id: int) -> str:
    """Shows what a schedule has sent; the page asks again while something is being made."""
    return page("reports/sent.html", **_sent(schedules.get_schedule(present_user(), schedule_id)))


@blueprint.post("/schedules/<int:schedule_id>/delete")
@needs("reports.export")
def delete_schedule(schedule_id: int) -> Response:
    """Deletes a schedule."""
    schedules.delete_schedule(present_crm(), schedules.get_schedule(present_user(), schedule_id))
    return go("reports_saved.all_schedules", _("The schedule is deleted."))


@blueprint.get("/sendings/<int:sending_id>")
@needs("reports.export")
def fetch(sending_id: int) -> Response:
    """Gives the file that a sending made for this user."""
    name, path = schedules.file_of(present_crm(), present_user(), sending_id)
    return send_file(path, mimetype=MEDIA_TYPES[path.suffix[1:]], as_attachment=True, download_name=name)


def _after_saving(seen: Variant | None, variant: Variant) -> Response:
    if seen is None:  # now its owner's alone
        return go("reports.index", _("Saved."))
    return go("reports_saved.edit", _("Saved."), variant_id=seen.id)


def _tile(variant_id: int | None, name: str) -> str:
    crm, user = present_crm(), present_user()
    try:
        variant = keeping.get_variant(user, variant_id) if variant_id else None
        report = get_report(crm, variant.report if variant else name)
        pairs, lost = usable(crm, user, report, keeping.pairs_of(variant) if variant else [])
        document = make_report(crm, user, report.name, pairs)
    except InvalidInput as error:
        return page("reports/tile_body.html", problem=str(error))
    except (NotFound, NotAllowed):
        return page("reports/tile_body.html", is_gone=True)
    return page(
        "reports/tile_body.html",
        document=document,
        lost=lost,
        shown=as_shown,
        list_url=address_of,
        linked=lambda specification: with_links(specification, address_of),
    )


def _form(variant: Variant, schedule: Schedule | None) -> str | Response:
    form = SchemaForm(ScheduleSchema, _shown(schedule))
    if request.method == "POST":
        try:
            values = form.read(request.form)
            day = values["weekday"] if values["every"] == calendar.WEEK else values["month_day"]
            saved = schedules.save_schedule(
                present_crm(), present_user(), {**values, "on_day": day, "variant": variant.id}, schedule
            )
            return go_to(url_for("reports_saved.edit_schedule", schedule_id=saved.id), _("Saved."))
        except InvalidInput as error:
            form.take(error)
    return page(
        "reports/schedule.html", form=form, variant=variant, when=_when, **_sent(schedule),
        loss=schedules.loss_of(schedule) if schedule else "", has_carrier=handing.carrier(present_crm()) is not None,
    )  # fmt: skip


def _sent(schedule: Schedule | None) -> dict[str, Any]:
    """Returns what a schedule has sent as its page shows it, with what kept those back that are tried again."""
    found: list[Sending] = schedules.sendings_of(schedule) if schedule else []
    return {
        "schedule": schedule,
        "sendings": found,
        "delays": sending.delays_of(found),
        "letters": schedules.letters_of(found),
        "state_words": WORDS,
        "is_own": schedule is not None and schedule.owner_id == present_user().id,
    }


def _shown(schedule: Schedule | None) -> dict[str, Any]:
    if schedule is None:
        return {"every": "week", "weekday": 0, "month_day": 1, "at_hour": 8, "form": "pdf", "is_active": True}
    is_week = schedule.every == calendar.WEEK
    return {
        "every": schedule.every,
        "weekday": schedule.on_day if is_week else 0,
        "month_day": 1 if is_week else schedule.on_day or 1,
        "at_hour": schedule.at_hour,
        "form": schedule.form,
        "is_active": schedule.is_active,
        "recipients": ", ".join(schedule.recipients),
        "users": schedule.users,
        "teams": schedule.teams,
    }


def _when(schedule: Schedule) -> str:
    return str(calendar.in_words(schedule.every, schedule.on_day, schedule.at_hour))
