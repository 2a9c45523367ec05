"""`/api/v1/openapi.json`: the OpenAPI 3.1 description, made when it is read, with today's properties and plugins."""

import json
from decimal import Decimal
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Blueprint, Flask, Response, current_app
from flask_smorest.error_handler import ErrorHandlerMixin
from flask_smorest.spec import APISpecMixin
from marshmallow import Schema, fields

from core import VERSION

blueprint = Blueprint("rest_description", __name__, url_prefix="/api/v1")
SECURITY = {"bearer": {"type": "http", "scheme": "bearer"}}
INTRODUCTION = (
    "Tokens: `hinka token create`, sent as `Authorization: Bearer TOKEN`. Lists are paged; the total is in the header "
    "X-Pagination. A change needs the ETag of what was read as If-Match: 428 without it, 412 when somebody was faster. "
    "Money is a decimal string, moments are ISO 8601 with a zone, links are ids."
)


class FailureSchema(Schema):
    """What every failure looks like; `errors` has sentences by field."""

    code = fields.String(required=True)
    status = fields.Integer(required=True)
    message = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)


class Description(APISpecMixin, ErrorHandlerMixin):
    """What flask-smorest's blueprints write their description into."""

    ERROR_SCHEMA = FailureSchema

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._fields: list[Any] = []
        self._converters: list[Any] = []
        self.config: dict[str, Any] = {}
        self.config_prefix = ""
        plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
        self._init_spec(
            title="Hinka",
            version=VERSION,
            openapi_version="3.1.0",
            marshmallow_plugin=plugin,
            info={"description": INTRODUCTION},
            servers=[{"url": "/"}],
            security=[{name: []} for name in SECURITY],
        )
        plugin.converter.add_attribute_function(_money_as_text)
        for name, scheme in SECURITY.items():
            self.spec.components.security_scheme(name, scheme)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describes the API as it is now."""
    described = Description(current_app)
    for found in current_app.extensions["hinka_rest"]:
        found.register_views_in_doc(described, current_app, described.spec, name=found.name, parameters=None)
        described.spec.tag({"name": getattr(found, "tag", found.name), "description": found.description})
    return Response(json.dumps(described.spec.to_dict(), default=_as_json), mimetype="application/json")


def _as_json(value: object) -> object:
    """Returns bounds of decimals as numbers, and labels as text in the reader's language."""
    return float(value) if isinstance(value, Decimal) else str(value)


def _name_of(schema: Schema | type[Schema]) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    name = kind.__name__.removesuffix("Schema").removesuffix("WithProperties")
    place = kind.__module__.split(".")
    if place[0] == "plugins":  # two plugins may choose the same name
        name = place[1].title().replace("_", "") + name
    if isinstance(schema, Schema):
        if schema.partial:
            name += "Change"
        if schema.exclude:
            name += "Row"
    return name


def _money_as_text(self: OpenAPIConverter, field: fields.Field, **_rest: Any) -> dict:
    """Describes decimals as they are written: text, so that no reader makes floats of money; numbers are taken too."""
    if not isinstance(field, fields.Decimal):
        return {}
    known = ["string", "number"]
    return {"type": [*known, "null"] if field.allow_none else known, "examples": ["1250.00"]}
