"""The pages of reasons of loss."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.i18n import _
from core.stages import services
from core.stages.schemas import LossReasonSchema
from core.web.context import crm, needs
from core.web.editing import edited
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("reasons", __name__, template_folder="../templates")


@blueprint.get("/")
@needs("admin.settings")
def index() -> str:
    """Shows all reasons."""
    return page("stages/reasons.html", reasons=services.all_reasons())


@blueprint.route("/new", methods=["GET", "POST"])
@needs("admin.settings")
def new() -> str | Response:
    """Makes a reason."""
    form = SchemaForm(LossReasonSchema(exclude=("is_active",)))
    if request.method == "POST":
        with form.catching():
            reason = services.create_reason(crm(), **form.read(request.form))
            return go("reasons.index", _("The reason “%(name)s” is made.", name=reason.name))
    return page("stages/reason.html", reason=None, form=form)


@blueprint.route("/<int:reason_id>", methods=["GET", "POST"])
@needs("admin.settings")
def edit(reason_id: int) -> str | Response:
    """Shows and changes a reason."""
    reason = services.get_reason(reason_id)
    return edited(
        LossReasonSchema, reason, services.change_reason, "reasons.index", "stages/reason.html", reason=reason
    )
