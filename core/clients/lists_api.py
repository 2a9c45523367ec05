"""REST of the reference lists around clients: categories, sources, properties."""

from typing import Any

from flask import Response

from core.clients import categories as words
from core.clients import properties as property_services
from core.clients.models import Category, Property, Source
from core.clients.schemas import CategorySchema, PropertySchema, SourceSchema
from core.web.context import crm, needs
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint

blueprint = rest_blueprint("reference lists", "Categories, sources and properties of clients")

CATEGORIES = Resource("categories", Category, CategorySchema, lambda _reader: Category.select(), order="name")
SOURCES = Resource("sources", Source, SourceSchema, lambda _reader: Source.select(), order="name")
PROPERTIES = Resource("properties", Property, PropertySchema, lambda _reader: Property.select(), order="entity,place")


@blueprint.list("/categories", CATEGORIES)
@needs("clients.read")
def list_categories() -> Response:
    """Lists categories."""
    return listing(CATEGORIES)


@blueprint.post("/categories", CATEGORIES, CategorySchema)
@needs("admin.settings")
def add_category(values: dict[str, Any]) -> Response:
    """Makes a category."""
    return answer(CATEGORIES, words.create_category(crm(), **values), 201)


@blueprint.get(f"/categories/<{ID}:category_id>", CATEGORIES)
@needs("clients.read")
def get_one_category(category_id: int) -> Response:
    """Shows a category."""
    return answer(CATEGORIES, words.get_category(category_id))


@blueprint.change(f"/categories/<{ID}:category_id>", CATEGORIES)
@needs("admin.settings")
def patch_category(values: dict[str, Any], category_id: int) -> Response:
    """Changes a category."""
    category = words.get_category(category_id)
    with guard(CATEGORIES, category):
        category = words.change_category(crm(), category, values)
    return answer(CATEGORIES, category)


@blueprint.delete(f"/categories/<{ID}:category_id>")
@needs("admin.settings")
def remove_category(category_id: int) -> Response:
    """Deletes a category, from its clients too."""
    category = words.get_category(category_id)
    with guard(CATEGORIES, category):
        words.delete_category(crm(), category)
    return gone()


@blueprint.list("/sources", SOURCES)
@needs("clients.read")
def list_sources() -> Response:
    """Lists where clients and deals come from."""
    return listing(SOURCES)


@blueprint.post("/sources", SOURCES, SourceSchema)
@needs("admin.settings")
def add_source(values: dict[str, Any]) -> Response:
    """Makes a source."""
    return answer(SOURCES, words.create_source(crm(), **values), 201)


@blueprint.list("/properties", PROPERTIES)
@needs("clients.read")
def list_properties() -> Response:
    """Lists the fields that an administrator added to clients and deals."""
    return listing(PROPERTIES)


@blueprint.post("/properties", PROPERTIES, PropertySchema)
@needs("admin.settings")
def add_property(values: dict[str, Any]) -> Response:
    """Adds a field to clients or deals."""
    return answer(PROPERTIES, property_services.create_property(crm(), **_made_of(values)), 201)


@blueprint.get(f"/properties/<{ID}:property_id>", PROPERTIES)
@needs("clients.read")
def get_one_property(property_id: int) -> Response:
    """Shows a property."""
    return answer(PROPERTIES, property_services.get_property(property_id))


def _made_of(values: dict[str, Any]) -> dict[str, Any]:
    # A new property is always in use.
    return {name: value for name, value in values.items() if name != "is_active"}
