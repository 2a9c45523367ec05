"""Opens the customer's one database: SQLite in WAL mode, or PostgreSQL, each with a bounded pool of connections."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peewee import Database, DataError
from playhouse.db_url import parse as parse_url
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase

from core.errors import ConfigError, InvalidInput
from core.i18n import _
from core.store.fields import database_proxy

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "cache_size": -64_000,
    "mmap_size": 1 << 28,
    "temp_store": "memory",
}
MAX_CONNECTIONS = 24
_OUT_OF_RANGE = "22003"


class _Bounded:
    """Refuses a number that is beyond what the database keeps, wherever it came from, in a sentence."""

    def _execute_cursor(self, sql: str, params: Any, **options: Any) -> Any:
        try:
            return super()._execute_cursor(sql, params, **options)
        except (OverflowError, DataError) as error:
            if isinstance(error, DataError) and getattr(error.orig, "sqlstate", "") != _OUT_OF_RANGE:
                raise
            raise InvalidInput(_("A number is larger than any that can be kept; correct it.")) from error


class _Sqlite(_Bounded, PooledSqliteDatabase):
    pass


class _Postgres(_Bounded, PooledPostgresqlDatabase):
    pass


def open_database(url: str, folder: Path, pragmas: dict | None = None) -> Database:
    """Returns the database of `url` and binds every model to it; a relative SQLite path lies in `folder`.

    Raises ConfigError for a kind of database that is not supported.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        path = folder / url.removeprefix("sqlite:///")
        path.parent.mkdir(parents=True, exist_ok=True)
        # timeout: the turn of `store.work` already orders our own writers; this is for foreign ones (backup, a shell).
        database = _Sqlite(
            str(path),
            pragmas={**PRAGMAS, **(pragmas or {})},
            timeout=30,
            lock_type="IMMEDIATE",
            max_connections=MAX_CONNECTIONS,
            check_same_thread=False,
            returning_clause=True,
        )
        database.register_function(_lower, "lower_unicode", 1, deterministic=True)
    elif scheme in ("postgresql", "postgres"):
        settings = parse_url(url)
        name = settings.pop("database")
        database = _Postgres(name, max_connections=MAX_CONNECTIONS, prefer_psycopg3=True, **settings)
    else:
        raise ConfigError(f"database {url!r}: use sqlite:///hinka.db or postgresql://user@host/name.")
    database_proxy.initialize(database)
    return database


def _lower(text: str | None) -> str | None:
    """Returns the text in lower case, in every alphabet: SQLite's own `lower` knows Latin letters only."""
    return None if text is None else str(text).lower()


def is_postgres(database: Database) -> bool:
    """Tells whether the database is PostgreSQL."""
    return isinstance(database, PooledPostgresqlDatabase)
