"""The blueprint of REST paths: flask-smorest's, taught about schemas that change while the program runs."""

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from core.web.rest.arguments import Parser
from core.web.rest.lists import MOST_ROWS, PAGE_SIZE, filter_names
from core.web.rest.resources import Live, Resource, SchemaSource

PREFIX = "/api/v1"
# Ids beyond this are no ids of ours, and no database takes them.
ID = "int(max=9007199254740991)"
View = Callable[..., Response]
_PAGES = {
    "page": {"type": "integer", "minimum": 1, "default": 1},
    "page_size": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": PAGE_SIZE},
}
_PAGINATION = {"description": "total, page, last_page…", "schema": {"type": "string"}}
_ETAG = {"description": "Send it as If-Match with a change", "schema": {"type": "string"}}


def rest_blueprint(name: str, description: str = "") -> "RestBlueprint":
    """Returns a blueprint for paths under /api/v1; `name` is their tag in the description."""
    return RestBlueprint(
        f"rest_{name.replace(' ', '_')}", __name__, url_prefix=PREFIX, description=description, tag=name
    )


class RestBlueprint(Blueprint):
    """Paths of the REST API. Each view returns a finished response: `answer`, `listing`, `gone`."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, *args: Any, tag: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tag = tag
        self._prepare_doc_cbks.insert(0, _make_live)

    def get(self, rule: str, resource: Resource) -> Callable[[View], View]:
        """Adds a path that shows one record of a resource."""
        return self._path(rule, "GET", _answers(200, Live(resource.schema), headers={"ETag": _ETAG}), _fails(404))

    def file(self, rule: str) -> Callable[[View], View]:
        """Adds a path that gives a file of any type: the view writes the answer by itself."""
        return self._path(rule, "GET", _gives_file, _fails(404))

    def list(self, rule: str, resource: Resource) -> Callable[[View], View]:
        """Adds a path that lists a resource."""
        return self._path(rule, "GET", _lists(resource), _fails(422))

    def shows(self, rule: str, schema: SchemaSource, *, many: bool = False) -> Callable[[View], View]:
        """Adds a path that shows something that is no resource: the view writes it by itself."""
        return self._path(rule, "GET", _answers(200, Live(schema), many=many), _fails(422))

    def does(
        self, rule: str, shows: SchemaSource, takes: SchemaSource | None = None, status: int = 200
    ) -> Callable[[View], View]:
        """Adds a path that does something to no single record: the view writes the answer by itself."""
        marks = [_answers(one, Live(shows)) for one in sorted({200, status})]
        return self._path(rule, "POST", *marks, _fails(404, 422), body=takes and Live(takes))

    def post(
        self, rule: str, resource: Resource, takes: SchemaSource | None = None, status: int = 201
    ) -> Callable[[View], View]:
        """Adds a path that makes a record (or, with another status, does something with it) and shows it."""
        marks = [_answers(status, Live(resource.schema), headers={"ETag": _ETAG}), _fails(404, 422)]
        return self._path(rule, "POST", *marks, body=takes and Live(takes))

    def change(self, rule: str, resource: Resource, takes: SchemaSource | None = None) -> Callable[[View], View]:
        """Adds a guarded path that changes the given fields of a record and shows it."""
        marks = [_answers(200, Live(resource.schema), headers={"ETag": _ETAG}), _fails(404, 412, 422, 428), _guarded]
        return self._path(rule, "PATCH", *marks, body=Live(takes or resource.schema, partial=True))

    def act(self, rule: str, resource: Resource, takes: SchemaSource | None = None) -> Callable[[View], View]:
        """Adds a guarded path that does something with a record and shows it."""
        marks = [_answers(200, Live(resource.schema), headers={"ETag": _ETAG}), _fails(404, 412, 422, 428), _guarded]
        return self._path(rule, "POST", *marks, body=takes and Live(takes))

    def delete(self, rule: str) -> Callable[[View], View]:
        """Adds a guarded path that deletes a record."""
        return self._path(rule, "DELETE", _answers(204, None), _fails(404, 412, 428), _guarded)

    def _path(self, rule: str, method: str, *marks: Callable, body: Live | None = None) -> Callable[[View], View]:
        def add(view: View) -> View:
            marked = _copy(view)
            if body is not None:
                marked = self.arguments(body)(marked)
            for mark in marks:
                mark(marked._apidoc)
            self.doc_of(marked, view.__name__)
            self.add_url_rule(rule, view.__name__, marked, methods=[method], tags=[self.tag])
            return view

        return add

    @staticmethod
    def doc_of(view: View, name: str) -> None:
        """Gives the operation its name for generated clients."""
        view._apidoc.setdefault("manual_doc", {})["operationId"] = name


def _copy(view: View) -> View:
    @wraps(view)
    def copied(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    copied._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    return copied


def _answers(
    status: int, schema: Live | None, headers: dict | None = None, *, many: bool = False
) -> Callable[[dict], None]:
    def mark(doc: dict) -> None:
        found: dict[str, Any] = {"description": HTTPStatus(status).phrase, "content_type": None}
        if schema is not None:
            found["schema"] = {"type": "array", "items": schema} if many else schema
        if headers:
            found["headers"] = headers
        doc.setdefault("response", {}).setdefault("responses", {}).setdefault(status, []).append(found)
        doc.setdefault("success_status_codes", []).append(status)

    return mark


def _gives_file(doc: dict) -> None:
    content = {"schema": {"type": "string", "format": "binary"}, "content_type": "application/octet-stream"}
    doc.setdefault("response", {}).setdefault("responses", {})[200] = [{"description": HTTPStatus.OK.phrase, **content}]
    doc.setdefault("success_status_codes", []).append(200)


def _fails(*statuses: int) -> Callable[[dict], None]:
    def mark(doc: dict) -> None:
        responses = doc.setdefault("response", {}).setdefault("responses", {})
        for status in (400, 401, 403, *statuses):
            responses.setdefault(status, []).append(HTTPStatus(status).name)

    return mark


def _lists(resource: Resource) -> Callable[[dict], None]:
    def mark(doc: dict) -> None:
        rows = Live(resource.schema, leave_out=resource.single)
        _answers(200, rows, headers={"X-Pagination": _PAGINATION}, many=True)(doc)
        doc["listing"] = resource

    return mark


def _guarded(doc: dict) -> None:
    parameter = {"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}}
    doc.setdefault("manual_doc", {}).setdefault("parameters", []).append(parameter)


def _make_live(doc: dict, doc_info: dict, **_rest: Any) -> dict:
    """Puts present schemas in the place of live ones, and names a list's filters, when the API is described."""
    for parameter in doc_info.get("arguments", {}).get("parameters", ()):
        parameter["schema"] = _now(parameter["schema"])
    for answers in doc_info.get("response", {}).get("responses", {}).values():
        for one in answers:
            if isinstance(one, dict) and "schema" in one:
                one["schema"] = _now(one["schema"])
    resource = doc_info.pop("listing", None)
    if resource is not None:
        doc_info.setdefault("manual_doc", {}).setdefault("parameters", []).extend(_query(resource))
    return doc


def _now(schema: Any) -> Any:
    if isinstance(schema, Live):
        return schema()
    if isinstance(schema, dict) and isinstance(schema.get("items"), Live):
        return {**schema, "items": schema["items"]()}
    return schema


def _query(resource: Resource) -> list[dict]:
    known = sorted(resource.sort_columns(resource.schema_now()))
    text = {"type": "string"}
    found = {
        **_PAGES,
        "sort": {**text, "description": "Names, a minus before those from high to low: " + ", ".join(known)},
        "filter": {**text, "description": 'A JSON list of {"field", "op", "value"}'},
    }
    if resource.search is not None:
        found["q"] = {**text, "maxLength": 200}
    found.update(dict.fromkeys(filter_names(resource), text))
    return [{"in": "query", "name": name, "schema": dict(schema)} for name, schema in found.items()]
