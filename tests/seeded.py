"""Seeded PostgreSQL databases, each used by one test after another: what a test wrote is taken out again.

Copying a database takes PostgreSQL an eighth of a second of processor time, taking a test's rows out a fortieth of
that, as long as one connection does it again and again. A database is thrown away when a test changed its tables, or
when it has grown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from tests import servers

MOST_GROWTH = 24 << 20

_SHAPE = """
SELECT md5(string_agg(concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull), ','
ORDER BY c.relname, a.attnum)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND c.relkind = 'r'
WHERE n.nspname = 'public'
"""
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# No key is checked, no trigger called. Said when connecting: later it would make PostgreSQL forget its plans.
_BARE = "-c session_replication_role=replica"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_SEQUENCES = (
    "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences WHERE schemaname = 'public'"
)


@dataclass
class _Seed:
    """How a database looks before any test: its tables with the mark of their rows, those rows, and the next ids."""

    shape: str
    size: int
    marks: dict[str, str]
    rows: dict[str, list[bytes]]
    sequences: list[tuple[str, int, bool]]
    free: list[str] = field(default_factory=list)


@dataclass
class _Line:
    """The one connection that tests are cleaned up through: a new one would learn all tables and plans anew."""

    url: str = ""
    connection: psycopg.Connection | None = None

    def to(self, url: str) -> psycopg.Connection:
        """Returns the connection to this database."""
        if self.url != url:
            self.end()
            self.url, self.connection = url, psycopg.connect(url, autocommit=True, prepare_threshold=0, options=_BARE)
        return self.connection

    def end(self) -> None:
        """Closes the connection, if there is one."""
        if self.connection is not None:
            self.connection.close()
        self.url, self.connection = "", None


_seeds: dict[str, _Seed] = {}
_line = _Line()


@contextmanager
def database(worker: str, template: str) -> Iterator[str]:
    """Runs the block with the URL of a database that looks like the template."""
    free = _seeds[template].free if template in _seeds else []
    url = free.pop() if free else servers.postgres_database_url(worker, template)
    if template not in _seeds:
        _seeds[template] = _read(url)
    yield url
    if _put_back(url, _seeds[template]):
        _seeds[template].free.append(url)
    else:
        _line.end()
        servers.drop_postgres_database(url)


def _read(url: str) -> _Seed:
    with psycopg.connect(url, autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        marks = _marks(connection, tables)
        rows = {table: _copy_out(connection, table) for table in tables if marks[table]}
        return _Seed(_shape(connection), _size(connection), marks, rows, connection.execute(_SEQUENCES).fetchall())


def _put_back(url: str, seed: _Seed) -> bool:
    """Takes out what a test wrote and returns True; False when that can't be done, or is no longer worth it."""
    connection = _line.to(url)
    connection.execute(_OTHERS)
    if _shape(connection) != seed.shape or _size(connection) > seed.size + MOST_GROWTH:
        return False
    found = _marks(connection, seed.marks)
    with connection.transaction():
        for table in (name for name, mark in found.items() if mark != seed.marks[name]):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            _copy_in(connection, table, seed.rows.get(table, []))
        next_ids = sql.SQL(", ").join(
            sql.SQL("setval({}, {}, {})").format(*map(sql.Literal, one)) for one in seed.sequences
        )
        connection.execute(sql.SQL("SELECT {}").format(next_ids))
    return True


def _shape(connection: psycopg.Connection) -> str:
    return connection.execute(_SHAPE).fetchone()[0]


def _size(connection: psycopg.Connection) -> int:
    return connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]


def _marks(connection: psycopg.Connection, tables: list[str] | dict[str, str]) -> dict[str, str]:
    """Returns, by table, a mark of all its rows; empty where there are none."""
    each = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, (SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t)").format(
            sql.Literal(table), sql.Identifier(table)
        )
        for table in tables
    )
    return {name: mark or "" for name, mark in connection.execute(each)}


def _copy_out(connection: psycopg.Connection, table: str) -> list[bytes]:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return [bytes(part) for part in copy]


def _copy_in(connection: psycopg.Connection, table: str, rows: list[bytes]) -> None:
    if rows:
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
            for part in rows:
                copy.write(part)
