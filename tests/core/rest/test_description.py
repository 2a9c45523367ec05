"""The description: complete, live, and true to the answers. Schemathesis asks what it says may be asked."""

import json
import re

import pytest
import schemathesis
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from schemathesis import GenerationMode

from core.clients.properties import create_property
from core.hooks.contributions import RestRoutes
from core.hooks.dispatch import marker
from core.sample import generate
from core.users.services import create_token
from core.web.factory import create_web
from tests.core.rest.conforming import conform
from tests.core.rest.conftest import Program


@pytest.fixture
def description(api):
    response = api.get("/openapi.json")
    assert response.status_code == 200
    return response.get_json()


def test_description_is_openapi_3_1_and_names_every_path(app, description):
    assert description["openapi"] == "3.1.0"
    served = {
        (method, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {
        (method.upper(), path)
        for path, operations in description["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert described == served


def test_every_operation_has_a_name_a_summary_and_failures(description):
    names = []
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            assert operation["summary"], (method, path)
            assert {"401", "403"} <= set(operation["responses"]), (method, path)
            names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_new_property_appears_at_once(crm, api, description):
    assert "size" not in json.dumps(description["components"]["schemas"])
    create_property(crm, entity="client", name="Size", kind="choice", choices=("Large",))
    schemas = api.get("/openapi.json").get_json()["components"]["schemas"]
    assert schemas["ClientProperties"]["properties"]["size"]["enum"] == ["", "Large", None]


def test_paths_of_a_plugin_join_the_api(crm, boss):
    """A plugin may use a plain blueprint of flask-smorest; its refusals look like ours."""

    class Shout(Schema):
        word = fields.String(required=True)

    blueprint = Blueprint("parrot", __name__, url_prefix="/parrot")

    @blueprint.route("/shout", methods=["POST"])
    @blueprint.arguments(Shout)
    @blueprint.response(200, Shout)
    def shout(values):
        """Shouts."""
        return {"word": values["word"].upper()}

    class Hooks:
        @marker
        def rest_routes(self):
            return [RestRoutes(blueprint)]

    crm.hooks.register("parrot", Hooks())
    api = Program(create_web(crm), create_token(crm, boss, "test"))
    assert api.post("/parrot/shout", {"word": "a"}).get_json() == {"word": "A"}
    refused = api.post("/parrot/shout", {"work": "a"})
    assert (refused.status_code, set(refused.get_json()["errors"])) == (422, {"word", "work"})
    assert "/api/v1/parrot/shout" in api.get("/openapi.json").get_json()["paths"]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_what_the_description_says(crm, boss, mode):
    """Schemathesis sends what the description allows, and what it forbids: no failure of ours, no surprise."""
    generate(crm, clients=20, deals=30)
    headers = {"Authorization": "Bearer " + create_token(crm, boss, "test")}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_web(crm), headers=headers)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 60
    conform(operations, mode, headers)
