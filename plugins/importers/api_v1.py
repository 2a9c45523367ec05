"""REST: send a file, see how its import goes, read the refused rows, take it back."""

import json
import tempfile
from pathlib import Path
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from core.api import (
    InvalidInput,
    Resource,
    answer,
    listing,
    needs,
    present_crm,
    present_user,
    rest_blueprint,
    takes_up_to,
)
from core.api import gettext as _
from plugins.importers.access import RIGHT, check_rights, visible_batch, visible_batches
from plugins.importers.models import Batch, Rejected
from plugins.importers.options import Options, check_on_duplicate, make_options
from plugins.importers.reading.table import MAX_BYTES
from plugins.importers.services import get_kind, prepare, start, start_undo

blueprint = rest_blueprint("imports", "Files of clients, deals and stage history, taken in by the worker")
ID = "int(max=9007199254740991)"


class ImportSchema(Schema):
    """An import: state is draft, waiting, running, done, failed, undoing or undone."""

    id = fields.Integer(dump_only=True)
    kind = fields.String(dump_only=True)
    state = fields.String(dump_only=True)
    file_name = fields.String(dump_only=True)
    rows = fields.Integer(dump_only=True)
    created = fields.Integer(dump_only=True)
    updated = fields.Integer(dump_only=True)
    skipped = fields.Integer(dump_only=True)
    rejected = fields.Integer(dump_only=True)
    message = fields.String(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    finished_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    undone_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class ErrorSchema(Schema):
    """A reason why a row was refused."""

    row = fields.Integer()
    column = fields.String()
    message = fields.String()


IMPORTS = Resource("imports", Batch, ImportSchema, visible_batches, order="id")


@blueprint.list("/imports", IMPORTS)
@needs(RIGHT)
def list_imports() -> Response:
    """Lists imports."""
    return listing(IMPORTS)


@blueprint.get(f"/imports/<{ID}:batch_id>", IMPORTS)
@needs(RIGHT)
def get_import(batch_id: int) -> Response:
    """Shows an import with its counts."""
    return answer(IMPORTS, visible_batch(present_user(), batch_id))


@blueprint.post("/imports", IMPORTS)
@takes_up_to(MAX_BYTES + 2**20)
@needs(RIGHT)
def send_import() -> Response:
    """Takes a file (multipart: file, kind, on_duplicate, create_missing, map as JSON) and hands it to the worker."""
    crm, kind = present_crm(), get_kind(request.form.get("kind", "clients"))
    options = _options(kind)
    check_rights(present_user(), kind, options)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput(_("Send the table as a part “file” of a multipart form."), fields={"file": [_("Missing.")]})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        sent.save(path)
        batch = prepare(crm, kind, path, sent.filename, options)
    return answer(IMPORTS, start(crm, batch), 201)


@blueprint.shows(f"/imports/<{ID}:batch_id>/errors", ErrorSchema, many=True)
@needs(RIGHT)
def list_errors(batch_id: int) -> Response:
    """Lists why rows were refused, at most a thousand, in the order of the file."""
    batch = visible_batch(present_user(), batch_id)
    query = Rejected.select().where(Rejected.batch == batch.id).order_by(Rejected.row, Rejected.id).limit(1000)
    found = [{"row": row.row, "column": row.title, "message": row.message} for row in query]
    return Response(json.dumps(found, ensure_ascii=False), mimetype="application/json")


@blueprint.post(f"/imports/<{ID}:batch_id>/undo", IMPORTS, status=202)
@needs(RIGHT)
def undo_import(batch_id: int) -> Response:
    """Takes an import back, in the background; what was edited since stays."""
    return answer(IMPORTS, start_undo(present_crm(), visible_batch(present_user(), batch_id)), 202)


def _options(kind: Any) -> Options:
    form = request.form
    try:
        said = json.loads(form.get("map") or "{}")
        tables = {name: dict(said.get(name, {})) for name in ("columns", "options")}
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidInput(_("The map is no JSON object with “columns” and “options”.")) from error
    if "lookup" in tables["options"]:
        raise InvalidInput(_("A lookup needs a second file; it works in the browser and on the command line."))
    made = make_options(kind, tables["columns"], tables["options"])
    wanted = form.get("on_duplicate", "skip")
    is_told = form.get("create_missing", "").lower() in ("1", "true", "yes", "on")
    return Options(**{**made.__dict__, "on_duplicate": check_on_duplicate(wanted), "create_missing": is_told})
