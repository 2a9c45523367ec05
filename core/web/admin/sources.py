"""The page of sources: where clients and deals come from."""

from flask import Blueprint, request
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from core.clients import categories
from core.i18n import _, lazy
from core.web.context import crm, needs
from core.web.editing import edited
from core.web.forms import SchemaForm
from core.web.pages import go, page

blueprint = Blueprint("sources", __name__)


class SourceSchema(Schema):
    """A source."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 100),
        metadata={"label": lazy("Name"), "placeholder": lazy("e.g. Fair in Tirana")},
    )
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("Offered to choose")})


@blueprint.route("/", methods=["GET", "POST"])
@needs("admin.settings")
def index() -> str | Response:
    """Shows the sources, and makes one."""
    form = SchemaForm(SourceSchema(only=["name"]))
    if request.method == "POST":
        with form.catching():
            source = categories.create_source(crm(), name=form.read(request.form)["name"])
            return go("sources.index", _("The source %(name)s is made.", name=source.name))
    return page("admin/sources.html", sources=categories.sources_with_counts(), form=form)


@blueprint.route("/<int:source_id>", methods=["GET", "POST"])
@needs("admin.settings")
def edit(source_id: int) -> str | Response:
    """Shows and changes a source."""
    source = categories.get_source(source_id)
    return edited(SourceSchema, source, categories.change_source, "sources.index", "admin/source.html", source=source)


@blueprint.post("/<int:source_id>/delete")
@needs("admin.settings")
def delete(source_id: int) -> Response:
    """Deletes a source that nothing bears."""
    categories.delete_source(crm(), categories.get_source(source_id))
    return go("sources.index", _("The source is deleted."))
