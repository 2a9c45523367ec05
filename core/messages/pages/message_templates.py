"""The pages of message templates."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.i18n import _
from core.messages.message_templates import delete_template, get_template, save_template, templates_for
from core.messages.models import MessageTemplate
from core.messages.schemas import TemplateSchema
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("message_templates", "core.messages", template_folder="templates")


@blueprint.get("/")
@needs("messages.templates")
def index() -> str:
    """Shows all templates."""
    return page("messages/templates.html", templates=templates_for(), channels=crm().channels)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("messages.templates")
def new() -> str | Response:
    """Makes a template."""
    return _form(None)


@blueprint.route("/<int:template_id>", methods=["GET", "POST"])
@needs("messages.templates")
def edit(template_id: int) -> str | Response:
    """Shows and changes a template."""
    return _form(get_template(template_id))


@blueprint.post("/<int:template_id>/delete")
@needs("messages.templates")
def delete(template_id: int) -> Response:
    """Deletes a template."""
    delete_template(crm(), get_template(template_id))
    return go("message_templates.index", _("The template is deleted."))


def _form(template: MessageTemplate | None) -> str | Response:
    channels = [("", _("All channels")), *((one.key, one.label) for one in crm().channels.values())]
    form = SchemaForm(TemplateSchema, template, choices={"channel": channels})
    if request.method == "POST":
        with form.catching():
            save_template(crm(), template, form.read(request.form))
            return go("message_templates.index", _("Saved."))
    return page("messages/template.html", kept=template, form=form)
