"""The pages on which an administrator defines properties and categories, without code."""

from flask import Blueprint, request
from marshmallow import fields
from werkzeug.wrappers import Response

from core.clients import categories, properties
from core.clients.schemas import CategorySchema, PropertySchema
from core.clients.words import PROPERTY_KINDS
from core.i18n import _, lazy
from core.web.context import crm, needs
from core.web.editing import edited
from core.web.forms import SchemaForm
from core.web.pages import go, page

properties_blueprint = Blueprint("properties", "core.clients", template_folder="templates")
categories_blueprint = Blueprint("categories", "core.clients", template_folder="templates")
ENTITIES = {"client": lazy("Clients"), "deal": lazy("Deals")}
# A form takes choices as lines of one text; REST takes them as a list.
_LINES = fields.String(
    load_default="",
    metadata={
        "label": lazy("Choices"),
        "widget": "textarea",
        "help": lazy("For a choice or several choices: one on each line."),
    },
)
NewProperty = PropertySchema.from_dict({"choices": _LINES}, name="NewProperty")


@properties_blueprint.get("/")
@needs("admin.settings")
def index() -> str:
    """Shows the properties of clients and deals."""
    found = {entity: properties.properties_of(entity, with_retired=True) for entity in ENTITIES}
    return page("clients/properties.html", found=found, entities=ENTITIES, kinds=PROPERTY_KINDS)


@properties_blueprint.route("/new", methods=["GET", "POST"])
@needs("admin.settings")
def new() -> str | Response:
    """Makes a property."""
    schema = NewProperty(only=("entity", "name", "kind", "choices", "is_required"))
    form = SchemaForm(schema, {"entity": request.args.get("entity", "client"), "kind": "text"})
    if request.method == "POST":
        with form.catching():
            values = form.read(request.form)
            values["choices"] = values["choices"].splitlines()
            made = properties.create_property(crm(), **values)
            return go("properties.index", _("The property %(name)s is there.", name=made.name))
    return page("clients/property.html", property=None, form=form)


@properties_blueprint.route("/<int:property_id>", methods=["GET", "POST"])
@needs("admin.settings")
def edit(property_id: int) -> str | Response:
    """Shows and changes a property: its name, whether it must be filled, whether it is in use."""
    found = properties.get_property(property_id)
    form = SchemaForm(PropertySchema(only=("name", "is_required", "is_active")), found)
    if request.method == "POST":
        with form.catching():
            properties.change_property(crm(), found, **form.read(request.form))
            return go("properties.index", _("Saved."))
    return page("clients/property.html", property=found, form=form, kinds=PROPERTY_KINDS, entities=ENTITIES)


@properties_blueprint.post("/<int:property_id>/move")
@needs("admin.settings")
def move(property_id: int) -> Response:
    """Moves a property one place up or down."""
    properties.move_property(crm(), properties.get_property(property_id), is_up=request.form.get("way") == "up")
    return go("properties.index")


@properties_blueprint.post("/<int:property_id>/choices")
@needs("admin.settings")
def add_choice(property_id: int) -> Response:
    """Adds a choice."""
    found = properties.get_property(property_id)
    properties.add_choice(crm(), found, request.form.get("choice", ""))
    return go("properties.edit", _("The choice is added."), property_id=found.id)


@properties_blueprint.post("/<int:property_id>/choices/rename")
@needs("admin.settings")
def rename_choice(property_id: int) -> Response:
    """Renames a choice, in all records too."""
    found = properties.get_property(property_id)
    count = properties.rename_choice(crm(), found, request.form.get("old", ""), request.form.get("choice", ""))
    return go("properties.edit", _("Renamed, in %(n)s records too.", n=count), property_id=found.id)


@properties_blueprint.post("/<int:property_id>/choices/retire")
@needs("admin.settings")
def retire_choice(property_id: int) -> Response:
    """Takes a choice out of use."""
    found = properties.get_property(property_id)
    properties.retire_choice(crm(), found, request.form.get("old", ""))
    return go("properties.edit", _("The choice is offered no more; records keep it."), property_id=found.id)


@categories_blueprint.route("/", methods=["GET", "POST"], endpoint="index")
@needs("admin.settings")
def all_categories() -> str | Response:
    """Shows the categories, and makes one."""
    form = SchemaForm(CategorySchema)
    if request.method == "POST":
        with form.catching():
            made = categories.create_category(crm(), **form.read(request.form))
            return go("categories.index", _("The category %(name)s is there.", name=made.name))
    return page("clients/categories.html", categories=categories.categories_with_counts(), form=form)


@categories_blueprint.route("/<int:category_id>", methods=["GET", "POST"], endpoint="edit")
@needs("admin.settings")
def edit_category(category_id: int) -> str | Response:
    """Shows and changes a category."""
    found = categories.get_category(category_id)
    return edited(
        CategorySchema, found, categories.change_category, "categories.index", "clients/category.html", category=found
    )


@categories_blueprint.post("/<int:category_id>/delete", endpoint="delete")
@needs("admin.settings")
def delete_category(category_id: int) -> Response:
    """Deletes a category; its clients lose it."""
    found = categories.get_category(category_id)
    categories.delete_category(crm(), found)
    return go("categories.index", _("The category %(name)s is deleted.", name=found.name))
