"""The pages of deal types: what a type is, and the order of its stages, which is published as versions."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.deals.columns import running_versions
from core.i18n import _, ngettext
from core.stages import services
from core.stages.drafts import DraftStep, as_steps, edited, of_steps, read_draft
from core.stages.models import DealType
from core.stages.schemas import DealTypeSchema
from core.stages.types import NO_STAGES, Step
from core.users.services import get_user
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, is_htmx, page

blueprint = Blueprint("types", __name__, template_folder="templates")


@blueprint.get("/")
@needs("admin.settings")
def index() -> str:
    """Shows all deal types."""
    types = services.all_types()
    ladders = services.ladders([one.published_version_id for one in types])
    numbers = {one.id: services.get_version(one.published_version_id).number for one in types}
    return page("stages/types.html", types=types, ladders=ladders, modes=services.MODES, numbers=numbers)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("admin.settings")
def new() -> str | Response:
    """Makes a type; it begins with the standard stages."""
    form = SchemaForm(DealTypeSchema)
    draft = _draft([Step(stage) for stage in services.all_stages() if stage.is_standard])
    if request.method == "POST" and "do" not in request.form:
        with form.catching():
            values = _values(form)
            stages = [] if values["mode"] == NO_STAGES else as_steps(draft)
            made = services.create_deal_type(crm(), stages=stages, **values)
            return go("types.index", _("The deal type “%(name)s” is made.", name=made.name))
    return _editor(None, form, draft)


@blueprint.route("/<int:type_id>", methods=["GET", "POST"])
@needs("admin.settings")
def edit(type_id: int) -> str | Response:
    """Shows a type, changes it, and publishes its stages as a new version if they differ."""
    deal_type = services.get_type(type_id)
    form = SchemaForm(DealTypeSchema, deal_type, fixed=())
    draft = _draft([Step(one.stage, one.probability, one.limit_days) for one in services.steps_of(deal_type)])
    if request.method == "POST" and "do" not in request.form:
        with form.catching():
            values = _values(form)
            return go("types.index", _save(deal_type, values, draft))
    return _editor(deal_type, form, draft)


def _save(deal_type: DealType, values: dict[str, Any], draft: list[DraftStep]) -> str:
    """Saves the type and publishes its stages; returns what was done, in a sentence."""
    before = services.get_version(deal_type.published_version_id)
    with crm().work():
        services.change_deal_type(crm(), deal_type, values)
        after = services.publish(crm(), deal_type, [] if deal_type.mode == NO_STAGES else as_steps(draft))
    if after.id == before.id:
        return _("Saved.")
    running = sum(version.count for version in running_versions(deal_type))
    kept = ngettext("One running deal keeps its version.", "%(n)s running deals keep theirs.", running)
    return _("Version %(number)s is published.", number=after.number) + (f" {kept}" if running else "")


def _editor(deal_type: DealType | None, form: SchemaForm, draft: list[DraftStep]) -> str:
    """Shows the editor; a button of the list of stages changes only what is shown."""
    if request.method == "POST" and "do" in request.form:
        draft = edited(crm(), draft, request.form["do"], request.form)
        if is_htmx():
            return page("stages/_steps.html", draft=draft, addable=_addable(draft))
        with form.catching():
            form.read(request.form)
    versions = running_versions(deal_type) if deal_type else []
    return page(
        "stages/type.html",
        deal_type=deal_type,
        form=form,
        draft=draft,
        addable=_addable(draft),
        version=services.get_version(deal_type.published_version_id) if deal_type else None,
        versions=versions,
        ladders=services.ladders([version.id for version in versions]),
    )


def _draft(steps: list[Step]) -> list[DraftStep]:
    return read_draft(request.form) if request.method == "POST" else of_steps(steps)


def _addable(draft: list[DraftStep]) -> list[Any]:
    taken = {step.stage_id for step in draft}
    return [stage for stage in services.all_stages() if stage.id not in taken]


def _values(form: SchemaForm) -> dict[str, Any]:
    values = form.read(request.form)
    owner_id = values.pop("default_owner_id", None)
    return {**values, "default_owner": get_user(owner_id) if owner_id else None}
