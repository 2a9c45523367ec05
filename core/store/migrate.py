"""Migrations: numbered modules with `up` and `down`, one history for the core and one for each plugin.

A migration names its tables in a small language, so that it is frozen, short, and the same on both databases:
each line is `column type-word [SQL]`, where the type-word is one of `TYPES` or `ref TABLE`.
"""

import importlib.util
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from peewee import Database

from core.clock import Clock
from core.errors import PluginRefused
from core.store.database import is_postgres
from core.store.fields import to_microseconds

TYPES = {  # word: (SQLite, PostgreSQL)
    "id": ("integer primary key autoincrement", "bigserial primary key"),
    "text": ("text", "text"),
    "int": ("integer", "integer"),
    "bigint": ("integer", "bigint"),
    "real": ("real", "double precision"),
    "bool": ("integer", "boolean"),
    "date": ("text", "date"),
    "utc": ("integer", "bigint"),
    "money": ("integer", "bigint"),
    "json": ("text", "jsonb"),
    "blob": ("blob", "bytea"),
}
_FILE = re.compile(r"^m(\d{4})_(\w+)\.py$")


@dataclass(frozen=True)
class Step:
    """One migration file of an owner (the core or a plugin)."""

    owner: str
    number: int
    name: str
    path: Path


class Migration:
    """What a migration's `up` and `down` get: table-making words for either database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.is_postgres = is_postgres(database)

    def create_table(self, name: str, columns: str) -> None:
        """Makes a table from lines of `column type-word [SQL]`; a line that begins with `unique (` is a constraint."""
        lines = [line.split("#")[0].strip() for line in columns.strip().splitlines()]
        parts = [self._column(line) for line in lines if line]
        self.execute(f"CREATE TABLE {name} ({', '.join(parts)})")

    def add_column(self, table: str, line: str) -> None:
        """Adds one column, written as in `create_table`."""
        self.execute(f"ALTER TABLE {table} ADD COLUMN {self._column(line)}")

    def drop_column(self, table: str, column: str) -> None:
        """Drops one column."""
        self.execute(f"ALTER TABLE {table} DROP COLUMN {column}")

    def create_index(self, index: str, *, unique: bool = False, where: str = "") -> None:
        """Makes an index written as `table (column, column)`; its name follows from its columns."""
        table, columns = index.split(" ", 1)
        name = re.sub(r"\W+", "_", f"ix_{index}").strip("_")[:60]
        kind = "UNIQUE INDEX" if unique else "INDEX"
        self.execute(f"CREATE {kind} {name} ON {table} {columns}" + (f" WHERE {where}" if where else ""))

    def drop_table(self, name: str) -> None:
        """Drops a table with all its rows."""
        self.execute(f"DROP TABLE {name}" + (" CASCADE" if self.is_postgres else ""))

    def execute(self, sql: str, params: tuple = ()) -> object:
        """Runs SQL that both databases understand."""
        return self.database.execute_sql(sql, params)

    def _column(self, line: str) -> str:
        if line.startswith("unique ("):
            return line
        name, word, *rest = line.split(None, 2) if " " in line else (line, "")
        if word not in (*TYPES, "ref"):
            raise ValueError(f"the column “{line}” is of no known kind; there are {', '.join(TYPES)} and ref TABLE")
        tail = rest[0] if rest else ""
        if word == "ref":
            target, _, tail = tail.partition(" ")
            # Deferrable, so that a restore may write rows in any order inside its transaction.
            return f"{name} bigint {tail} REFERENCES {target} (id) DEFERRABLE INITIALLY IMMEDIATE"
        return f"{name} {TYPES[word][self.is_postgres]} {tail}".strip()


def steps_in(owner: str, folder: Path) -> list[Step]:
    """Returns the migrations in `folder`, in order of number; an absent folder has none."""
    found = []
    for path in sorted(folder.glob("m*.py")) if folder.is_dir() else ():
        match = _FILE.match(path.name)
        if match:
            found.append(Step(owner, int(match[1]), match[2], path))
    return found


def pending(database: Database, steps: Iterable[Step]) -> list[Step]:
    """Returns the steps that this database has not yet taken."""
    _ensure_history(database)
    done = {(owner, number) for owner, number in database.execute_sql("SELECT owner, number FROM core_migration")}
    return [step for step in steps if (step.owner, step.number) not in done]


def migrate_up(database: Database, steps: Iterable[Step], clock: Clock) -> list[Step]:
    """Takes every pending step, each in a transaction of its own, and returns those taken.

    Raises PluginRefused naming the step that failed; that step is rolled back, the earlier ones stay.
    """
    taken = []
    for step in pending(database, steps):
        try:
            with database.atomic():
                if not _take(database, step, clock):
                    continue
        except Exception as error:
            reason = f"its migration {step.path.stem} failed and was rolled back: {error}."
            remedy = "Restore the release that ran before, and tell its author."
            raise PluginRefused(step.owner, reason, remedy) from error
        taken.append(step)
    return taken


def migrate_down(database: Database, steps: Iterable[Step], to: int = 0) -> list[Step]:
    """Takes back the steps with a number above `to`, newest first, and returns them."""
    waiting = {(step.owner, step.number) for step in pending(database, steps)}
    undone = []
    for step in sorted(steps, key=lambda step: -step.number):
        if step.number <= to or (step.owner, step.number) in waiting:
            continue
        with database.atomic():
            _load(step).down(Migration(database))
            Migration(database).execute(
                _sql(database, "DELETE FROM core_migration WHERE owner = ? AND number = ?"), (step.owner, step.number)
            )
        undone.append(step)
    return undone


def _take(database: Database, step: Step, clock: Clock) -> bool:
    """Takes a step inside the caller's transaction, unless another process has done so meanwhile."""
    if is_postgres(database):  # on SQLite the transaction itself keeps others out (BEGIN IMMEDIATE)
        database.execute_sql("LOCK TABLE core_migration IN EXCLUSIVE MODE")
    if not pending(database, [step]):
        return False
    _load(step).up(Migration(database))
    database.execute_sql(
        _sql(database, "INSERT INTO core_migration (owner, number, name, applied_at) VALUES (?, ?, ?, ?)"),
        (step.owner, step.number, step.name, to_microseconds(clock.now())),
    )
    return True


def _load(step: Step) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hinka_migration_{step.owner}_{step.path.stem}", step.path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _ensure_history(database: Database) -> None:
    if "core_migration" not in database.get_tables():
        Migration(database).create_table(
            "core_migration",
            "owner text not null\n number int not null\n name text not null\n applied_at utc not null\n"
            "unique (owner, number)",
        )


def _sql(database: Database, statement: str) -> str:
    return statement.replace("?", database.param)
