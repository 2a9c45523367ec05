"""`hinka import KIND FILE`, `hinka import resume BATCH` and `hinka import undo BATCH`."""

import json
from pathlib import Path

import click

from core.api import CRM, CRMError, gettext, ngettext
from plugins.importers.kinds.fields import KINDS
from plugins.importers.models import Batch, Rejected
from plugins.importers.options import ON_DUPLICATE, Options, read_map
from plugins.importers.services import broken_off, forget, get_batch, get_broken_off, get_kind, prepare, run
from plugins.importers.summary import sentences_about
from plugins.importers.undo.batch import undo_batch

SHOWN_ERRORS = 20


@click.command("import", context_settings={"ignore_unknown_options": False})
@click.argument("kind", type=click.Choice([*KINDS, "resume", "undo"]))
@click.argument("file")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="A TOML file with [columns] and [options].")
@click.option("--on-duplicate", type=click.Choice(ON_DUPLICATE), default="skip", show_default=True)
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option("--create-missing", is_flag=True, help="Make unknown clients, users, types, stages, reasons, properties.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def import_command(
    context: click.Context,
    kind: str,
    file: str,
    map_file: Path | None,
    on_duplicate: str,
    dry_run: bool,
    create_missing: bool,
    as_json: bool,
) -> None:
    """Import KIND (clients, deals, stage-history) from FILE; resume BATCH goes on, undo BATCH takes it back."""
    crm = context.obj.crm
    with crm.acting(None, "cli"):
        if kind == "undo":
            _undo(crm, file, as_json=as_json)
            return
        if kind == "resume":
            batch = get_broken_off(get_batch(_number(file)))
        else:
            options = read_map(map_file, get_kind(kind)) if map_file else Options()
            options = Options(**{**options.__dict__, "on_duplicate": on_duplicate, "create_missing": create_missing})
            batch = prepare(crm, get_kind(kind), Path(file), Path(file).name, options)
        errors = _run(crm, batch, dry_run=dry_run, is_silent=as_json)
    _print(batch, errors, dry_run=dry_run, as_json=as_json)


def _run(crm: CRM, batch: Batch, *, dry_run: bool, is_silent: bool) -> list[dict]:
    """Runs an import and returns the sentences about its rows; one that is broken off by hand says how to go on."""
    try:
        run(crm, batch, is_dry=dry_run, tell=None if is_silent else _tell)
    except CRMError:
        if batch.state == "draft":
            forget(crm, batch)
        raise
    except KeyboardInterrupt:
        if dry_run:
            forget(crm, batch)
            raise
        raise broken_off(batch) from None
    if dry_run:
        forget(crm, batch)
        return batch.dry_errors
    return list(Rejected.select().where(Rejected.batch == batch).order_by(Rejected.id).dicts())


def _number(text: str) -> int:
    if not text.isdigit():
        raise click.BadParameter(gettext("“%(text)s” is no number of an import.", text=text))
    return int(text)


def _undo(crm: CRM, number: str, *, as_json: bool) -> None:
    batch = undo_batch(crm, get_batch(_number(number)))
    if as_json:
        click.echo(json.dumps({"batch": batch.id, "state": batch.state, "kept": batch.kept}, ensure_ascii=False))
        return
    click.echo(gettext("Import %(batch)s is undone.", batch=batch.id))
    for line in batch.kept:
        click.echo(f"  {line['message']}")


def _tell(batch: Batch) -> None:
    click.echo(f"\r{batch.rows:,} / {batch.height:,}", nl=False, err=True)


def _print(batch: Batch, errors: list[dict], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        document = {
            "batch": None if dry_run else batch.id,
            "rows": batch.rows,
            "created": batch.created,
            "updated": batch.updated,
            "skipped": batch.skipped,
            "rejected": batch.rejected,
            "errors": [
                {"row": error["row"], "column": error["title"], "message": error["message"]} for error in errors
            ],
        }
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    click.echo("", err=True)
    click.echo(
        gettext(
            "%(rows)s rows: %(created)s created, %(updated)s updated, %(skipped)s skipped, %(rejected)s rejected.",
            rows=batch.rows,
            created=batch.created,
            updated=batch.updated,
            skipped=batch.skipped,
            rejected=batch.rejected,
        )
    )
    for sentence in (*batch.plan["notes"], *(() if dry_run else sentences_about(batch))):
        click.echo(sentence)
    for error in errors[:SHOWN_ERRORS]:
        click.echo(f"  {error['message']}")
    if len(errors) > SHOWN_ERRORS:
        more = len(errors) - SHOWN_ERRORS
        click.echo("  " + ngettext("and %(n)s more", "and %(n)s more", more))
    left_out = [match["title"] for match in batch.plan["columns"] if not match["field"]]
    if left_out:
        click.echo(gettext("Columns left out: %(titles)s.", titles=", ".join(left_out)))
    if not dry_run:
        click.echo(gettext("To take it back: hinka import undo %(batch)s", batch=batch.id))


COMMANDS = (import_command,)
