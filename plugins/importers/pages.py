"""The import in the browser: choose a file, match columns, mend cells, watch it come in, see the result, undo."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.api import InvalidInput, Job, go, needs, page, present_crm, present_user, takes_up_to
from core.api import gettext as _
from plugins.importers.access import RIGHT, check_rights, visible_batch, visible_batches
from plugins.importers.kinds.fields import KINDS
from plugins.importers.lookup.draft import put_table_away, take_table, with_lookup
from plugins.importers.lookup.tables import Lookup
from plugins.importers.models import Batch, Rejected
from plugins.importers.options import ON_DUPLICATE, Options
from plugins.importers.plan import LOOKED_UP, options_of
from plugins.importers.preview import encoding_choices, field_choices, fix_cells, make_preview
from plugins.importers.reading.table import MAX_BYTES
from plugins.importers.records.properties import properties_of
from plugins.importers.rejected import rejected_sheet
from plugins.importers.services import (
    MOVING,
    correct,
    failed_job,
    forget,
    get_kind,
    prepare,
    resume,
    start,
    start_undo,
)
from plugins.importers.summary import sentences_about

blueprint = Blueprint(
    "importers", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
)
SHOWN = 50
CHANGEABLE = (
    "sheet", "header_row", "date_order", "decimal", "encoding", "on_duplicate", "create_missing", "defaults", "lookups",
)  # fmt: skip
# As many digits as no sheet has columns.
_LONGEST_NUMBER = 7


@blueprint.get("/")
@needs(RIGHT)
def index() -> str:
    """Shows the imports there were, and the form for a new one."""
    batches = visible_batches(present_user()).order_by(Batch.id.desc()).limit(SHOWN)
    return page("importers/index.html", batches=list(batches), kinds=KINDS, kind=request.args.get("kind", "clients"))


@blueprint.post("/")
@takes_up_to(MAX_BYTES + 2**20)
@needs(RIGHT)
def upload() -> str | BaseResponse:
    """Takes a file in and shows how it was understood; one that can't be read is refused on the same page."""
    kind = get_kind(request.form.get("kind", "clients"))
    check_rights(present_user(), kind, Options())
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidInput(_("Choose a file first."))
        batch = _take_in(kind.key, sent)
    except InvalidInput as error:
        batches = visible_batches(present_user()).order_by(Batch.id.desc()).limit(SHOWN)
        return page("importers/index.html", batches=list(batches), kinds=KINDS, kind=kind.key, problem=str(error))
    return go("importers.show", batch_id=batch.id)


@blueprint.get("/<int:batch_id>")
@needs(RIGHT)
def show(batch_id: int) -> str:
    """Shows an import as it stands: columns and preview, progress, or the result."""
    batch = visible_batch(present_user(), batch_id)
    if batch.state == "draft":
        return _draft(batch)
    return _result("importers/result.html", batch)


@blueprint.post("/<int:batch_id>/columns")
@takes_up_to(MAX_BYTES + 2**20)
@needs(RIGHT)
def change(batch_id: int) -> str | BaseResponse:
    """Takes the user's columns, options and second table, and shows the preview anew."""
    batch = visible_batch(present_user(), batch_id)
    try:
        _change(batch)
        _take_table(batch)
        if "start" in request.form:
            start(present_crm(), batch)
    except InvalidInput as error:
        return _draft(visible_batch(present_user(), batch_id), str(error))
    return go("importers.show", batch_id=batch.id)


@blueprint.post("/<int:batch_id>/fix/<int:row>")
@needs(RIGHT)
def fix(batch_id: int, row: int) -> str:
    """Keeps corrected cells of a row and shows the row as it is checked now."""
    batch = visible_batch(present_user(), batch_id)
    cells = {int(name[1:]): text for name, text in request.form.items() if _is_numbered("c", name)}
    fix_cells(present_crm(), batch, row, cells)
    preview = make_preview(present_crm(), batch, only=row)
    return page(
        "importers/row.html",
        batch=batch,
        row=preview.rows[0] if preview.rows else None,
        bad=preview.bad,
        preview=preview,
    )


@blueprint.get("/<int:batch_id>/progress")
@needs(RIGHT)
def progress(batch_id: int) -> str | BaseResponse:
    """Shows how far a running import is; when it is finished or broken off, the page is shown anew."""
    batch = visible_batch(present_user(), batch_id)
    if batch.state not in MOVING or failed_job(batch):
        return go("importers.show", batch_id=batch.id)
    return _result("importers/progress.html", batch)


@blueprint.get("/<int:batch_id>/rejected")
@needs(RIGHT)
def rejected(batch_id: int) -> Response:
    """Returns the refused rows as a workbook, with the reason in a column."""
    batch = visible_batch(present_user(), batch_id)
    response = Response(rejected_sheet(present_crm(), batch))
    response.headers["Content-Type"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response.headers["Content-Disposition"] = f'attachment; filename="rejected-{batch.id}.xlsx"'
    return response


@blueprint.post("/<int:batch_id>/undo")
@needs(RIGHT)
def undo(batch_id: int) -> BaseResponse:
    """Takes an import back, in the background."""
    start_undo(present_crm(), visible_batch(present_user(), batch_id))
    return go("importers.show", batch_id=batch_id)


@blueprint.post("/<int:batch_id>/resume")
@needs(RIGHT)
def go_on(batch_id: int) -> BaseResponse:
    """Goes on with an import whose job was stopped or took too long."""
    resume(present_crm(), visible_batch(present_user(), batch_id))
    return go("importers.show", batch_id=batch_id)


@blueprint.post("/<int:batch_id>/delete")
@needs(RIGHT)
def delete(batch_id: int) -> BaseResponse:
    """Throws a draft away."""
    forget(present_crm(), visible_batch(present_user(), batch_id))
    return go("importers.index", _("The draft is thrown away."))


def _take_in(kind: str, sent: Any) -> Batch:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        sent.save(path)
        return prepare(present_crm(), get_kind(kind), path, sent.filename, Options(), is_as_before=True)


def _take_table(batch: Batch) -> None:
    sent = request.files.get("table")
    if "forget_table" in request.form:
        put_table_away(present_crm(), batch)
    elif sent is not None and sent.filename:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            sent.save(path)
            take_table(present_crm(), batch, path, sent.filename)


def _lookups(batch: Batch, options: Options) -> dict[str, Lookup]:
    """Returns the lookups as the form wants them: one more, or one less."""
    form = request.form
    if "look_up" in form:
        chosen = {part: form.get(f"table_{part}", "") for part in ("field", "column", "key", "value")}
        return with_lookup(present_crm(), batch, options, chosen)
    return {name: lookup for name, lookup in options.lookups.items() if name != form.get("stop_lookup")}


def _is_numbered(word: str, name: str) -> bool:
    """Tells whether the name of a field is a word and the number of a column."""
    number = name.removeprefix(word)
    return number != name and number.isdecimal() and len(number) < _LONGEST_NUMBER


def _change(batch: Batch) -> None:
    form, options = request.form, options_of(batch.plan)
    wanted = replace(
        options,
        sheet=form.get("sheet", ""),
        header_row=form.get("header_row", type=int),
        date_order=form.get("date_order", ""),
        decimal=form.get("decimal", options.decimal),
        encoding=options.encoding if form.get("encoding", "") in ("", batch.plan["encoding"]) else form["encoding"],
        on_duplicate=form.get("on_duplicate", "skip"),
        create_missing="create_missing" in form,
        defaults={
            **{name: text for name, text in options.defaults.items() if f"default_{name}" not in form},
            **{name[8:]: text.strip() for name, text in form.items() if name.startswith("default_") and text.strip()},
        },
        lookups=_lookups(batch, options),
    )
    check_rights(present_user(), get_kind(batch.kind), wanted)
    columns = {
        int(name[5:]): "" if text in wanted.lookups and text not in options.lookups else text
        for name, text in form.items()
        if _is_numbered("field", name)
    }
    present_header = batch.plan["header_row"] + 1
    changed = {
        name: getattr(wanted, name)
        for name in CHANGEABLE
        if getattr(wanted, name) != getattr(options, name)
        and not (name == "sheet" and wanted.sheet == batch.plan["sheet"])
        and not (name == "header_row" and wanted.header_row == present_header)
    }
    # Columns of another sheet or header are other columns: what was chosen for these does not count.
    is_other = bool({"sheet", "header_row", "encoding"} & set(changed))
    correct(present_crm(), batch, columns=None if is_other else columns, **changed)


def _draft(batch: Batch, problem: str = "") -> str:
    crm, kind = present_crm(), get_kind(batch.kind)
    own = {prop.key: prop.name for prop in properties_of(crm, kind.entity)}
    own |= {prop["key"]: prop["name"] for prop in batch.plan["new_properties"]}
    choices = field_choices(kind, own)
    try:
        preview = make_preview(crm, batch)
    except InvalidInput as error:
        preview, problem = None, problem or str(error)
    return page(
        "importers/draft.html",
        batch=batch,
        kind=kind,
        preview=preview,
        problem=problem,
        choices=choices,
        sheets=_pairs(batch.plan["sheets"]),
        encodings=encoding_choices(batch.plan["encoding"]),
        options=options_of(batch.plan),
        on_duplicate=ON_DUPLICATE,
        columns=[match for match in batch.plan["columns"] if match["found_by"] != LOOKED_UP],
        labels=dict(choices),
        titles=_pairs(batch.plan["titles"]),
        table_titles=_pairs(batch.plan.get("table", {}).get("titles", ())),
    )


def _pairs(titles: Iterable[str]) -> list[tuple[str, str]]:
    return [(title, title) for title in titles]


def _result(template: str, batch: Batch) -> str:
    errors = Rejected.select().where(Rejected.batch == batch.id).order_by(Rejected.row, Rejected.id).limit(SHOWN)
    job = Job.get_or_none(Job.id == batch.job_id) if batch.job_id else None
    is_broken_off = failed_job(batch) is not None
    per_cent = job.progress if job else min(99, batch.done_row * 100 // max(batch.height, 1))
    return page(
        template,
        batch=batch,
        kind=get_kind(batch.kind),
        errors=list(errors),
        per_cent=per_cent,
        told=sentences_about(batch) if batch.state == "done" else (),
        job=job,
        is_moving=batch.state in MOVING and not is_broken_off,
        is_broken_off=is_broken_off,
        list_url=_list_url(batch),
    )


def _list_url(batch: Batch) -> str:
    return url_for("clients.index" if batch.kind == "clients" else "deals.index")
