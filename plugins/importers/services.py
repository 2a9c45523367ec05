"""Imports from the first look to the last row: prepare, correct, run, take up again."""

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.api import CRM, Conflict, Job, NotFound, gettext, language, lazy
from plugins.importers import child
from plugins.importers.columns.memory import as_last_time, columns_of, remember, saved_for
from plugins.importers.errors import ImportRefused
from plugins.importers.heads import drop_head, keep_head
from plugins.importers.kinds.clients import ClientWriter
from plugins.importers.kinds.deals import DealWriter
from plugins.importers.kinds.fields import KINDS, ImportKind
from plugins.importers.kinds.history import HistoryWriter
from plugins.importers.kinds.writing import Outcome, Writing, sentence_of
from plugins.importers.models import Batch, Rejected
from plugins.importers.options import Options
from plugins.importers.places import FOLDER, drop_table, file_of
from plugins.importers.plan import changed_columns, make_plan, options_of, source_of
from plugins.importers.records.properties import make_properties
from plugins.importers.records.references import References
from plugins.importers.stream import Chunk

WRITERS = {"clients": ClientWriter, "deals": DealWriter, "stage-history": HistoryWriter}
MOVING = ("waiting", "running", "undoing")
MOST_REJECTED = 100_000
# What a plan keeps when its columns are matched anew: the second table that is being looked at.
KEPT = ("table",)


def get_kind(key: str) -> ImportKind:
    """Returns the kind called `key`; raises ImportRefused naming the known ones."""
    if key not in KINDS:
        raise ImportRefused(
            lazy("There is no import of %(kind)s; known are %(known)s.", kind=key, known=", ".join(KINDS))
        )
    return KINDS[key]


def prepare(
    crm: CRM, kind: ImportKind, path: Path, file_name: str, options: Options, *, is_as_before: bool = False
) -> Batch:
    """Returns a draft: the file copied into the instance, its columns matched, nothing imported yet.

    `is_as_before` takes lookups and default values of last time up too, which the user then sees and may change.
    Raises ImportRefused for a file that can't be read as a table.
    """
    if not path.is_file():
        raise ImportRefused(lazy("There is no file %(path)s. Correct its name.", path=path))
    look = child.look(path, options.sheet, options.header_row, options.encoding, options.delimiter)
    saved = saved_for(kind, look, options)
    options = as_last_time(crm, kind, options, saved) if is_as_before and saved else options
    plan = make_plan(crm, kind, look, options, columns_of(saved))
    stored = f"{uuid.uuid4().hex}{path.suffix.lower()[:10]}"
    folder = crm.config.files / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / stored)
    keep_head(folder / stored, look)
    with crm.work():
        return Batch.create(
            kind=kind.key,
            file_name=Path(file_name).name[:200],
            stored_name=stored,
            plan=plan,
            height=look.height,
            user_id=crm.actor.user_id,
            created_at=crm.clock.now(),
        )


def get_batch(batch_id: int) -> Batch:
    """Returns an import; raises NotFound."""
    batch = Batch.get_or_none(Batch.id == batch_id)
    if batch is None:
        raise NotFound(gettext("There is no such import."))
    return batch


def get_broken_off(batch: Batch) -> Batch:
    """Returns an import of the command line that was cut off; raises Conflict for one that needs nobody to go on."""
    if batch.state != "running":
        raise Conflict(gettext("This import was not broken off, so there is nothing to go on with."))
    if batch.job_id is not None and failed_job(batch) is None:
        raise Conflict(gettext("The worker goes on with this import by itself, as soon as it runs."))
    return batch


def failed_job(batch: Batch) -> Job | None:
    """Returns the job of an import that was stopped, or took too long, amid its work; None for any other."""
    job = Job.get_or_none(Job.id == batch.job_id) if batch.job_id and batch.state in MOVING else None
    return job if job is not None and job.state == "failed" else None


def resume(crm: CRM, batch: Batch) -> None:
    """Has the worker go on with an import, or an undo, whose job failed; raises Conflict for any other."""
    job = failed_job(batch)
    if job is None:
        raise Conflict(gettext("This import was not broken off, so there is nothing to go on with."))
    crm.jobs.retry(job)


def broken_off(batch: Batch) -> ImportRefused:
    """Returns the refusal that tells how to go on with an import of the command line, or to take it back."""
    return ImportRefused(
        lazy(
            "Broken off after %(rows)s rows. Go on: hinka import resume %(batch)s. Take it back: hinka import undo "
            "%(batch)s.",
            rows=batch.rows,
            batch=batch.id,
        )
    )


def forget(crm: CRM, batch: Batch) -> None:
    """Deletes a draft with its file."""
    with crm.work():
        Batch.delete().where(Batch.id == batch.id, Batch.state == "draft").execute()
    file_of(crm, batch).unlink(missing_ok=True)
    drop_head(file_of(crm, batch))
    drop_table(crm, batch)


def correct(crm: CRM, batch: Batch, *, columns: Mapping[int, str] | None = None, **options: Any) -> Batch:
    """Returns the draft with other columns or options; a new sheet or header row is looked at again."""
    if batch.state != "draft":
        raise Conflict(gettext("This import has already begun; begin a new one."))
    kind = get_kind(batch.kind)
    wanted = replace(options_of(batch.plan), **options)
    if options:
        look = child.look(file_of(crm, batch), wanted.sheet, wanted.header_row, wanted.encoding, wanted.delimiter)
        kept = {name: batch.plan[name] for name in KEPT if name in batch.plan}
        batch.plan = make_plan(crm, kind, look, wanted, columns_of(saved_for(kind, look, wanted))) | kept
        batch.height = look.height
        keep_head(file_of(crm, batch), look)
    if columns:
        batch.plan = changed_columns(crm, kind, batch.plan, columns)
    with crm.work():
        batch.save()
    return batch


def start(crm: CRM, batch: Batch) -> Batch:
    """Hands a draft over to the worker and returns it; raises ImportRefused while a required field has no column."""
    if batch.state != "draft":
        raise Conflict(gettext("This import has already begun; begin a new one."))
    _check_required(get_kind(batch.kind), batch)
    with crm.work():
        # The worker speaks to the one who began, not in a language of its own.
        batch.plan = {**batch.plan, "language": language()}
        batch.state = "waiting"
        batch.job_id = crm.jobs.enqueue("importers.run", {"batch": batch.id}).id
        batch.save()
    return batch


def start_undo(crm: CRM, batch: Batch) -> Batch:
    """Hands the undo of an import over to the worker and returns the batch."""
    is_half = batch.state == "running" and failed_job(batch) is not None
    if batch.state not in ("done", "failed") and not is_half:
        raise Conflict(gettext("This import can't be undone: it has not run, or is undone already."))
    with crm.work():
        batch.plan = {**batch.plan, "language": language()}
        batch.state, batch.kept = "undoing", []
        batch.job_id = crm.jobs.enqueue("importers.undo", {"batch": batch.id}).id
        batch.save()
    return batch


def run(crm: CRM, batch: Batch, *, is_dry: bool = False, tell: Callable[[Batch], None] | None = None) -> Batch:
    """Does an import, or goes on with one that was cut off; returns the batch with its counts.

    Each chunk is one unit of work together with its place in the file, so a kill leaves whole chunks, never half of
    one. Raises ImportRefused if the file turns out unreadable; what came in before stays and can be undone.
    """
    if batch.state not in ("draft", "waiting", "running"):
        raise Conflict(gettext("This import is already finished."))
    kind = get_kind(batch.kind)
    _check_required(kind, batch)
    if not is_dry:
        with crm.work():
            batch.state = "running"
            batch.save()
            remember(crm, batch)
    with crm.acting(crm.actor.user_id, f"import:{batch.id}"):
        writing = make_writing(crm, batch, is_dry=is_dry)
        if not is_dry:
            make_properties(writing, kind.entity, batch.plan["new_properties"])
        source = source_of(crm, kind, batch.plan, str(file_of(crm, batch)), batch.fixes, batch.done_row)
        try:
            with closing(child.stream(source)) as stream:
                _write_all(writing, stream, tell)
        except ImportRefused as refused:
            if not is_dry:
                _finish(crm, batch, "failed", str(refused))
            raise
    if not is_dry:
        _finish(crm, batch, "done")
    return batch


def make_writing(crm: CRM, batch: Batch, *, is_dry: bool) -> Writing:
    """Returns what the writers of a batch need."""
    options = options_of(batch.plan)
    return Writing(
        crm,
        batch,
        options,
        References(crm, batch.id, create_missing=options.create_missing, is_dry=is_dry),
        is_dry,
        {match["field"]: match["title"] for match in batch.plan["columns"] if match["field"]},
    )


def _write_all(writing: Writing, stream: Iterator[Chunk], tell: Callable[[Batch], None] | None) -> None:
    crm, batch = writing.crm, writing.batch
    writer = WRITERS[batch.kind](writing)
    for chunk in stream:
        if writing.is_dry:
            _count(writing, chunk, writer.write(chunk))
            continue
        with crm.work():
            outcome = writer.write(chunk)
            _count(writing, chunk, outcome)
            batch.save()
        if tell:
            tell(batch)


def _count(writing: Writing, chunk: Chunk, outcome: Outcome) -> None:
    batch = writing.batch
    errors = sorted((*chunk.errors, *outcome.errors), key=lambda error: error[0])
    batch.rows += chunk.read
    batch.created += outcome.created
    batch.updated += outcome.updated
    batch.skipped += outcome.skipped
    batch.done_row = chunk.last_row
    room = max(0, MOST_REJECTED - batch.rejected)
    batch.rejected += len({row for row, _title, _sentence in errors})
    rows = [
        {"batch": batch.id, "row": row, "title": title, "message": sentence_of(writing, row, title, sentence)}
        for row, title, sentence in errors[:room]
    ]
    if writing.is_dry:
        batch.dry_errors = [*getattr(batch, "dry_errors", []), *rows]
    elif rows:
        for start in range(0, len(rows), 1000):
            Rejected.insert_many(rows[start : start + 1000]).execute()


def _finish(crm: CRM, batch: Batch, state: str, message: str = "") -> None:
    with crm.work():
        batch.state, batch.message, batch.finished_at = state, message, crm.clock.now()
        batch.save()
        crm.changed("import", batch.id, state)


def _check_required(kind: ImportKind, batch: Batch) -> None:
    options = options_of(batch.plan)
    filled = {match["field"] for match in batch.plan["columns"]} | set(options.defaults)
    missing = [field for field in kind.fields if field.is_required and field.key not in filled]
    if missing:
        raise ImportRefused(
            lazy(
                "No column of the file says the %(label)s (%(name)s). Choose the one that does (in a map: [columns] "
                "“title in the file” = “%(name)s”); the file has %(titles)s.",
                label=missing[0].label,
                name=missing[0].key,
                titles=", ".join(batch.plan["titles"]),
            )
        )
