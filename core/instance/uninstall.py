"""Removes a plugin's data for good, after writing it into a file: at once, or by a job, since it may take minutes."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from peewee import OperationalError

from core.errors import Conflict, CRMError, InvalidInput
from core.hooks.health import PluginFailure, PluginState
from core.hooks.plugins import known_plugin
from core.hooks.switch import next_generation, saved_names
from core.i18n import _
from core.instance.backup import dump_table
from core.instance.jobs import UNINSTALL
from core.jobs import Job
from core.runtime import CRM
from core.settings import Setting
from core.store import audit
from core.store.database import is_postgres
from core.store.migrate import Migration, migrate_down, steps_in
from core.users.models import Role


@dataclass(frozen=True)
class TableSize:
    """How many rows a table of a plugin holds, and how many bytes it and its indexes take (None: not known)."""

    table: str
    rows: int
    bytes: int | None = None


def data_of(crm: CRM, name: str) -> list[TableSize]:
    """Returns the tables that a plugin has in this database, with their sizes."""
    tables = sorted(table for table in crm.database.get_tables() if table.startswith(f"{name}_"))
    # A plugin whose name begins with another's keeps its own tables.
    others = [other for other in crm.manifests if other.startswith(f"{name}_")]
    own = [table for table in tables if not any(table.startswith(f"{other}_") for other in others)]
    return [TableSize(table, _rows(crm, table), _bytes(crm, table)) for table in own]


def check_off(crm: CRM, name: str) -> None:
    """Raises Conflict while a plugin is switched on, NotFound for one that is unknown."""
    known_plugin(crm.manifests, name)
    if name in saved_names(crm) or name in crm.hooks.order:
        raise Conflict(_("%(name)s is switched on: switch it off first, then remove its data.", name=name))


def check_removal(crm: CRM, name: str, typed: str) -> None:
    """Raises InvalidInput unless `typed` is the plugin's name again, and as `check_off` does."""
    check_off(crm, name)
    if typed.strip() != name:
        raise InvalidInput(_("Type the name %(name)s to remove its data.", name=name))


def begin_uninstall(crm: CRM, name: str, typed: str) -> Job:
    """Returns the job that uninstalls a plugin, the one under way if there is one; raises as `check_removal` does."""
    check_removal(crm, name, typed)
    with crm.work():
        return crm.jobs.enqueue(UNINSTALL, {"name": name}, dedupe_key=f"{UNINSTALL}:{name}")


def last_removal(name: str) -> Job | None:
    """Returns the newest job that uninstalls or has uninstalled a plugin; done, its note names the file."""
    jobs = Job.select().where(Job.kind == UNINSTALL).order_by(Job.id.desc())
    return next((job for job in jobs if job.args["name"] == name), None)


def uninstall(crm: CRM, name: str) -> Path:
    """Exports the data of a plugin that is off, removes it and returns the file; its code stays where it is.

    Raises Conflict while the plugin is switched on.
    """
    check_off(crm, name)
    file = _export(crm, name)
    with crm.work():
        _remove(crm, name)
        next_generation(crm)
        audit.record(crm, "plugins", 0, "uninstalled", {"plugin": [name, None], "export": [None, file.name]})
    return file


def _export(crm: CRM, name: str) -> Path:
    folder = crm.config.folder / "exports"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}-{crm.clock.now():%Y%m%d-%H%M%S}.zip"
    draft = file.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for size in data_of(crm, name):
            with archive.open(f"tables/{size.table}.jsonl", "w", force_zip64=True) as raw:
                dump_table(crm.database, size.table, raw)
        settings = {row.name: row.value for row in Setting.select().where(Setting.plugin == name)}
        about = {"plugin": name, "version": crm.manifests[name].version, "settings": settings}
        archive.writestr("plugin.json", json.dumps(about, ensure_ascii=False))
    draft.replace(file)
    return file


def _remove(crm: CRM, name: str) -> None:
    steps = steps_in(name, crm.manifests[name].folder / "migrations")
    undo = (migrate_down, crm.database, steps)
    _undone, failure = crm.hooks.attempt(name, "migrations down", *undo, may_last=True)
    if failure is not None:
        sentence = _("The migrations of %(name)s can't be taken back: %(error)s. Nothing was removed.")
        raise CRMError(sentence % {"name": name, "error": failure}) from failure
    for size in data_of(crm, name):  # what an earlier version left
        Migration(crm.database).drop_table(size.table)
    for model in (Setting, Job, PluginFailure, PluginState):
        model.delete().where(model.plugin == name).execute()
    for role in Role.select():
        kept = [key for key in role.permissions if key.split(".")[0] != name]
        if kept != role.permissions:
            role.permissions = kept
            role.save()


def _rows(crm: CRM, table: str) -> int:
    return crm.database.execute_sql(f"SELECT count(*) FROM {table}").fetchone()[0]


def _bytes(crm: CRM, table: str) -> int | None:
    if is_postgres(crm.database):
        return crm.database.execute_sql("SELECT pg_total_relation_size(%s::regclass)", (table,)).fetchone()[0]
    names = "SELECT name FROM sqlite_master WHERE tbl_name = ?"
    try:
        found = crm.database.execute_sql(f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({names})", (table,))
        return found.fetchone()[0]
    except OperationalError:  # an SQLite that was built without it
        return None
