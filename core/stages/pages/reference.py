"""The pages of the reference list of stages."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.i18n import _
from core.stages import services
from core.stages.reference import types_using
from core.stages.schemas import StageSchema
from core.web.context import crm, needs
from core.web.editing import edited
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("stages", __name__, template_folder="../templates")


@blueprint.get("/")
@needs("admin.settings")
def index() -> str:
    """Shows all stages."""
    return page("stages/index.html", stages=services.all_stages(with_retired=True), used=types_using())


@blueprint.route("/new", methods=["GET", "POST"])
@needs("admin.settings")
def new() -> str | Response:
    """Makes a stage."""
    form = SchemaForm(StageSchema(exclude=("is_active",)))
    if request.method == "POST":
        with form.catching():
            values = form.read(request.form)
            stage = services.create_stage(crm(), values["name"], probability=values["probability"])
            return go("stages.index", _("The stage “%(name)s” is made.", name=stage.name))
    return page("stages/stage.html", stage=None, form=form)


@blueprint.route("/<int:stage_id>", methods=["GET", "POST"])
@needs("admin.settings")
def edit(stage_id: int) -> str | Response:
    """Shows and changes a stage."""
    stage = services.get_stage(stage_id)
    used = types_using([stage.id]).get(stage.id, [])
    return edited(
        StageSchema, stage, services.change_stage, "stages.index", "stages/stage.html", stage=stage, used=used
    )


@blueprint.post("/<int:stage_id>/delete")
@needs("admin.settings")
def delete(stage_id: int) -> Response:
    """Deletes a stage that no type has."""
    stage = services.get_stage(stage_id)
    services.delete_stage(crm(), stage)
    return go("stages.index", _("The stage “%(name)s” is deleted.", name=stage.name))
