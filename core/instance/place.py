"""The place of a new instance: a folder and a database that are empty before, and again when it can't be made."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import Database

from core.config import FILE_NAME
from core.errors import ConfigError, CRMError
from core.store.database import is_postgres, open_database

# What PostgreSQL keeps beside tables when those are dropped; an extension's own belong to it.
ROUTINES = """
    SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = to_regnamespace(current_schema()::text)
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


@contextmanager
def new_place(folder: Path, make: str) -> Iterator[None]:
    """Makes the folder of an instance, which only its owner may open, and empties it again if the block fails.

    What root makes in the folder of another user becomes that user's, who is to run it. Raises CRMError if there is an
    instance already; `make` says what to do instead.
    """
    if (folder / FILE_NAME).exists():
        raise CRMError(f"There is already an instance in {folder}; {make}.")
    owner = _owner(folder)
    stood = set(folder.iterdir()) if folder.is_dir() else None
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(0o700, exist_ok=True)
    try:
        yield
    except BaseException:
        _clear(folder, stood)
        raise
    if os.geteuid() == 0:
        _hand_over(folder, owner)


@contextmanager
def empty_database(url: str, folder: Path) -> Iterator[None]:
    """Checks that a database is empty, and empties it again if the block fails; raises ConfigError if it is not."""
    tables, routines = _contents(url, folder)
    if tables:
        raise ConfigError(
            f"The database {shown(url)} is not empty, it has {tables[0]}: perhaps another customer's instance uses it. "
            "Make an empty one, say by createdb, and name that with --database."
        )
    try:
        yield
    except BaseException:
        _drop_all(url, folder, routines)
        raise


def shown(url: str) -> str:
    """Returns the address of a database without its password."""
    before, at, after = url.rpartition("@")
    scheme, slashes, who = before.partition("://")
    return f"{scheme}{slashes}{who.partition(':')[0]}{at}{after}" if at else url


def _owner(folder: Path) -> tuple[int, int]:
    """Returns user and group of the folder, or of the nearest one above that exists."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    about = nearest.stat()
    return about.st_uid, about.st_gid


def _hand_over(folder: Path, owner: tuple[int, int]) -> None:
    if owner[0] != 0:
        for path in (folder, *folder.rglob("*")):
            os.lchown(path, *owner)


def _clear(folder: Path, stood: set[Path] | None) -> None:
    """Removes what came into the folder since `stood`, and the folder if it was not there."""
    for path in set(folder.iterdir()) - (stood or set()):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if stood is None:
        folder.rmdir()


def _contents(url: str, folder: Path) -> tuple[list[str], set[str]]:
    """Returns the tables of a database, and the functions that are there, which may be somebody else's."""
    database = open_database(url, folder)
    try:
        if is_postgres(database):
            return sorted(database.get_tables()), _routines(database)
        return sorted(database.get_tables()) if Path(database.database).exists() else [], set()
    finally:
        database.close()
        database.close_all()


def _routines(database: Database) -> set[str]:
    return {name for (name,) in database.execute_sql(ROUTINES).fetchall()}


def _drop_all(url: str, folder: Path, stood: set[str]) -> None:
    """Drops all tables, and the functions that came since `stood`."""
    database = open_database(url, folder)
    if not is_postgres(database):
        for part in ("", "-wal", "-shm", "-journal"):
            Path(f"{database.database}{part}").unlink(missing_ok=True)
        return
    try:
        for table in database.get_tables():
            database.execute_sql(f"DROP TABLE {table} CASCADE")
        for routine in _routines(database) - stood:
            database.execute_sql(f"DROP ROUTINE {routine} CASCADE")
    finally:
        database.close()
        database.close_all()
