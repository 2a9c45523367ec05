"""Answers about one record, with the mark (ETag) by which changes of it are guarded."""

import hashlib
import json
from typing import Any

from flask import Response, request
from peewee import Model

from core.web.context import crm
from core.web.rest.dump import dump_of
from core.web.rest.resources import Resource


def answer(resource: Resource, record: Model, status: int = 200, **once: Any) -> Response:
    """Returns the record as JSON with its ETag; to a reader who has it already, 304 without a body.

    `once` are values that only this answer holds, such as a secret.
    """
    body = written(shown(resource, record) | once)
    response = Response(body, status, mimetype="application/json")
    response.set_etag(mark(resource, record))
    if status == 201:
        response.headers["Location"] = f"{request.path.rstrip('/')}/{record.id}"
    return response.make_conditional(request) if request.method == "GET" else response


def gone() -> Response:
    """Returns the answer to a deletion."""
    return Response(status=204)


def shown(resource: Resource, record: Model) -> dict[str, Any]:
    """Returns a record as its resource shows it alone."""
    found = dump_of(resource.schema_now(), resource.model, crm().currency).record(record)
    if resource.more:
        found.update(resource.more([record])[record.id])
    return found


def mark(resource: Resource, record: Model) -> str:
    """Returns what changes with every change of the record: its version, or a digest of what is shown of it."""
    version = record.__data__.get("version")
    if isinstance(version, int):
        return str(version)
    digest = hashlib.sha256(written(shown(resource, record)).encode())
    return digest.hexdigest()[:16]


def written(value: Any) -> str:
    """Returns JSON as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
