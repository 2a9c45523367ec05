"""Backup and restore: one zip with every table as lines of JSON, the files, and the configuration.

Rows are written as the database keeps them, so a backup of SQLite restores on PostgreSQL and the other way round.
"""

import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from peewee import Database

from core.boot import all_steps, boot
from core.config import FILE_NAME, Config, read_config, with_database
from core.deals.ways import keep_ways
from core.errors import CRMError
from core.instance.place import empty_database, new_place
from core.runtime import CRM
from core.store.bulk import insert_rows
from core.store.database import is_postgres
from core.store.migrate import migrate_up, steps_in

FORMAT = 1
CHUNK = 2_000
_SKIPPED = {"core_migration", "sqlite_sequence"}
# SQLite's index of parts of words: it follows from the rows, and PostgreSQL has none of these tables.
_DERIVED = "core_search_"


def backup(crm: CRM, file: Path) -> int:
    """Writes the whole instance into `file` and returns the number of rows; others may go on writing.

    The rows are those of one moment: one read transaction. The file is complete or not there.
    """
    draft = file.with_name(file.name + ".part")
    if not file.parent.is_dir():
        raise CRMError(f"There is no folder {file.parent}: make it first, or choose another.")
    rows = 0
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive, _one_moment(crm.database):
        for table in _tables(crm.database):
            with archive.open(f"tables/{table}.jsonl", "w", force_zip64=True) as raw:
                rows += dump_table(crm.database, table, raw)
        steps = [[step.owner, step.number] for step in all_steps(crm)]
        archive.writestr("backup.json", json.dumps({"format": FORMAT, "steps": steps, "rows": rows}))
        archive.write(crm.config.folder / FILE_NAME, FILE_NAME)
        if crm.config.secret_file.exists():
            archive.write(crm.config.secret_file, crm.config.secret_file.name)
        for path in sorted(crm.config.files.rglob("*")) if crm.config.files.is_dir() else ():
            if path.is_file():
                archive.write(path, f"files/{path.relative_to(crm.config.files)}")
    draft.replace(file)
    return rows


def restore(file: Path, folder: Path, database: str = "") -> int:
    """Makes an instance in the empty `folder` from a backup, on `database` if given, and returns the number of rows.

    Raises CRMError if there is an instance already, the database is not empty, or the file is no backup of ours;
    nothing is left then.
    """
    try:
        archive = zipfile.ZipFile(file)
        about = json.loads(archive.read("backup.json"))
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise CRMError(f"{file} is no backup of Hinka; choose a file that “hinka backup” wrote.") from error
    with archive, new_place(folder, "restore into an empty folder"):
        text = archive.read(FILE_NAME).decode()
        (folder / FILE_NAME).write_text(with_database(text, database) if database else text, "utf-8")
        config = read_config(folder)
        config = replace(config, database=database or config.database)
        with empty_database(config.database, folder):
            return _fill(archive, about, config)


def _fill(archive: zipfile.ZipFile, about: dict[str, Any], config: Config) -> int:
    for name in archive.namelist():
        if name == config.secret_file.name or name.startswith("files/"):
            _extract(archive, name, config.folder)
    crm = boot(config)
    tables = [Path(name).stem for name in archive.namelist() if name.startswith("tables/")]
    try:
        _make_tables_of_off(crm, tables)
        with crm.work(), _unordered(crm.database):
            rows = _load_tables(crm.database, archive, about["rows"])
            # A backup of an older release has visits that don't keep their way yet.
            keep_ways(crm.database)
            return rows
    finally:
        crm.database.close()
        crm.database.close_all()


def _make_tables_of_off(crm: CRM, tables: Sequence[str]) -> None:
    """Makes the tables of plugins that are switched off, but have data in the backup."""
    for name, manifest in crm.manifests.items():
        if name not in crm.hooks.order and any(table.startswith(f"{name}_") for table in tables):
            migrate_up(crm.database, steps_in(name, manifest.folder / "migrations"), crm.clock)
    there = set(crm.database.get_tables())
    if unknown := [table for table in tables if table not in there]:
        raise CRMError(f"The backup has the table {unknown[0]}, unknown here: install that plugin or release.")


def _load_tables(database: Database, archive: zipfile.ZipFile, promised: int) -> int:
    rows = 0
    for table in _tables(database):
        database.execute_sql(f"DELETE FROM {table}")  # noqa: S608 - a name from the schema
    for name in archive.namelist():
        if name.startswith("tables/"):
            with archive.open(name) as raw:
                rows += _load_table(database, Path(name).stem, raw)
    if rows != promised:
        raise CRMError(f"The backup promises {promised} rows but holds {rows}: the file is damaged.")
    return rows


def _extract(archive: zipfile.ZipFile, name: str, folder: Path) -> None:
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise CRMError(f"The backup holds the path {name}, which leads out of its folder; it is not ours.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)


def _tables(database: Database) -> list[str]:
    tables = database.get_tables()
    return sorted(table for table in tables if table not in _SKIPPED and not table.startswith(_DERIVED))


def dump_table(database: Database, table: str, raw: io.BufferedIOBase) -> int:
    """Writes a table as lines of JSON, the names of its columns first, and returns the number of rows."""
    columns = [column.name for column in database.get_columns(table)]
    cursor = database.execute_sql(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - names from the schema
    raw.write(json.dumps(columns).encode() + b"\n")
    count = 0
    while rows := cursor.fetchmany(CHUNK):
        for row in rows:
            raw.write(json.dumps([_as_json(value) for value in row], ensure_ascii=False).encode() + b"\n")
        count += len(rows)
    return count


def _load_table(database: Database, table: str, raw: Iterable[bytes]) -> int:
    lines = iter(raw)
    columns = json.loads(next(lines))
    kinds = {column.name: str(column.data_type).lower() for column in database.get_columns(table)}
    if unknown := [column for column in columns if column not in kinds]:
        raise CRMError(f"The backup has the column {table}.{unknown[0]}, unknown here: restore with its own release.")
    readers = [_reader(kinds[column]) for column in columns]
    count = 0
    for rows in _chunks(lines):
        insert_rows(database, table, columns, [_read(readers, json.loads(line)) for line in rows])
        count += len(rows)
    if is_postgres(database) and "id" in columns:
        database.execute_sql(
            f"SELECT setval('{table}_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)"  # noqa: S608
        )
    return count


def _read(readers: Sequence[Any], row: list[Any]) -> list[Any]:
    return [value if value is None else reader(value) for reader, value in zip(readers, row, strict=True)]


def _reader(kind: str) -> Any:
    if "bool" in kind:
        return bool
    if "json" in kind or kind in ("text", "character varying"):
        return lambda value: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    if "int" in kind:
        return int
    return lambda value: value


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _chunks(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@contextmanager
def _one_moment(database: Database) -> Iterator[None]:
    """Reads in one snapshot without keeping writers away."""
    begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if is_postgres(database) else "BEGIN DEFERRED"
    database.execute_sql(begin)
    try:
        yield
    finally:
        database.execute_sql("ROLLBACK")


@contextmanager
def _unordered(database: Database) -> Iterator[None]:
    """Checks references only at the commit."""
    database.execute_sql("SET CONSTRAINTS ALL DEFERRED" if is_postgres(database) else "PRAGMA defer_foreign_keys = ON")
    yield
