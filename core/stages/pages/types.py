"""The pages of deal types: what a type is, and its stages in order, which are published as versions."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.deals.columns import running_versions
from core.errors import Conflict, InvalidInput
from core.i18n import Text, _, ngettext
from core.process.evidence import kinds_of_evidence
from core.stages import services
from core.stages.models import DealType
from core.stages.pages.draft_buttons import edited
from core.stages.pages.draft_words import facts_of
from core.stages.pages.drafts import DraftStep, of_steps, read_draft, steps_of_draft, with_errors
from core.stages.responsibles import choice_groups, with_people
from core.stages.results import KINDS
from core.stages.schemas import DealTypeSchema
from core.stages.steps import NO_STAGES, PROCESS, Step, step_of_row
from core.users.services import get_user
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, is_htmx, page

blueprint = Blueprint("types", __name__, template_folder="../templates")


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
    form = SchemaForm(DealTypeSchema, {"mode": PROCESS, "is_used": True, "loss_responsible": "owner"})
    draft = _draft([Step(stage) for stage in services.all_stages() if stage.is_standard])
    if _is_saved():
        try:
            values = _values(form)
            stages = [] if values["mode"] == NO_STAGES else steps_of_draft(draft)
            made = services.create_deal_type(crm(), stages=stages, **values)
            return go("types.index", _("The deal type “%(name)s” is made.", name=made.name))
        except InvalidInput as error:
            draft = _refused(form, draft, error)
    return _editor(None, form, draft)


@blueprint.route("/<int:type_id>", methods=["GET", "POST"])
@needs("admin.settings")
def edit(type_id: int) -> str | Response:
    """Shows a type, changes it, and publishes its stages as a new version if they differ."""
    deal_type = services.get_type(type_id)
    form = SchemaForm(DealTypeSchema, DealTypeSchema().dump(deal_type))
    draft = _draft([step_of_row(one) for one in with_people(services.steps_of(deal_type))])
    if _is_saved():
        try:
            return go("types.edit", _save(deal_type, _values(form), draft), type_id=type_id)
        except InvalidInput as error:
            draft = _refused(form, draft, error)
        except Conflict as error:
            return _editor(services.get_type(type_id), form, draft, overtaken=str(error))
    return _editor(services.get_type(type_id), form, draft)


def _save(deal_type: DealType, values: dict[str, Any], draft: list[DraftStep]) -> str:
    """Saves the type and publishes its stages; returns what was done, in a sentence."""
    before = services.get_version(deal_type.published_version_id)
    deal_type.version = _seen(deal_type)
    with crm().work():
        services.change_deal_type(crm(), deal_type, values)
        after = services.publish(crm(), deal_type, [] if deal_type.mode == NO_STAGES else steps_of_draft(draft))
    if after.id == before.id:
        return _("Saved.")
    running = sum(version.count for version in running_versions(deal_type))
    kept = ngettext("One running deal keeps its version.", "%(n)s running deals keep theirs.", running)
    return _("Version %(number)s is published.", number=after.number) + (f" {kept}" if running else "")


def _editor(deal_type: DealType | None, form: SchemaForm, draft: list[DraftStep], overtaken: str = "") -> str:
    """Shows the editor; a button of the list of stages changes only what is shown.

    `overtaken` says that somebody else was faster: the next save puts what is shown in place of theirs.
    """
    if request.method == "POST" and "do" in request.form:
        draft = edited(crm(), draft, request.form["do"], request.form)
        if is_htmx():
            return page("stages/_steps.html", **_shown(draft))
        with form.catching():
            form.read(request.form)
    versions = running_versions(deal_type) if deal_type else []
    return page(
        "stages/type.html",
        deal_type=deal_type,
        form=form,
        seen=deal_type.version if overtaken else _seen(deal_type),
        overtaken=overtaken,
        version=services.get_version(deal_type.published_version_id) if deal_type else None,
        versions=versions,
        ladders=services.ladders([version.id for version in versions]),
        **_shown(draft),
    )


def _shown(draft: list[DraftStep]) -> dict[str, Any]:
    """Returns what the list of stages needs besides the draft itself."""
    taken = {row.stage_id for row in draft}
    people = choice_groups({row.texts["responsible"] for row in draft})
    names = {word: label for _heading, found in people for word, label in found}
    return {
        "draft": draft,
        "facts": facts_of(draft, names),
        "addable": [stage for stage in services.all_stages() if stage.id not in taken],
        "people": people,
        "kinds": list(KINDS.items()),
        "evidence_kinds": _evidence_kinds(draft),
    }


def _evidence_kinds(draft: list[DraftStep]) -> list[tuple[str, Text]]:
    """Returns what may prove a result; a kind whose plugin is off keeps its place under its plain name."""
    labels = kinds_of_evidence(crm())
    gone = sorted({kind for row in draft for kind in row.evidence} - set(labels))
    return [*labels.items(), *((kind, kind) for kind in gone)]


def _draft(steps: list[Step]) -> list[DraftStep]:
    return read_draft(request.form) if request.method == "POST" else of_steps(steps)


def _is_saved() -> bool:
    return request.method == "POST" and "do" not in request.form


def _seen(deal_type: DealType | None) -> int | None:
    """Returns the state of the type that the user's page was made of."""
    text = request.form.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else deal_type and deal_type.version


def _refused(form: SchemaForm, draft: list[DraftStep], error: InvalidInput) -> list[DraftStep]:
    """Takes what is wrong to the fields of the type and of its stages, and returns the marked draft."""
    own = {name: found for name, found in error.fields.items() if not name.startswith("stages.")}
    form.take(InvalidInput(error.message, fields=own))
    return with_errors(draft, error.fields)


def _values(form: SchemaForm) -> dict[str, Any]:
    values = form.read(request.form)
    owner_id = values.pop("default_owner_id", None)
    return {**values, "default_owner": get_user(owner_id) if owner_id else None}
