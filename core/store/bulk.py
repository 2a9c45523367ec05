"""Writing thousands of rows: plain executemany (SQLite) or COPY (PostgreSQL), not one model at a time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from peewee import Database

from core.money import to_units
from core.store.database import is_postgres
from core.store.fields import to_microseconds


def insert_rows(database: Database, table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Inserts rows of plain values (as the database keeps them: see `plain`) in one go, inside the open work."""
    if is_postgres(database):
        with database.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        database.cursor().executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def execute_many(database: Database, statement: str, rows: Iterable[Sequence]) -> None:
    """Runs one statement, written with `?`, for each row of plain values."""
    # Listed first: psycopg sends them in a pipeline, where a generator that asks the database would wait for itself.
    database.cursor().executemany(statement.replace("?", database.param), list(rows))


def take_ids(database: Database, table: str, count: int) -> Sequence[int]:
    """Returns `count` free ids of `table`, rising, so that rows which refer to each other can be written in bulk.

    It must be called inside a unit of work: on SQLite the turn keeps others away until the rows are there.
    """
    if count < 1:
        return ()
    if is_postgres(database):
        sequence = f"{table}_id_seq"
        rows = database.execute_sql("SELECT nextval(%s) FROM generate_series(1, %s)", (sequence, count)).fetchall()
        return [row[0] for row in rows]
    row = database.execute_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    first = (row[0] if row else 0) + 1
    if row:
        database.execute_sql("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (first + count - 1, table))
    else:
        database.execute_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, first + count - 1))
    return range(first, first + count)


def plain(value: object) -> object:
    """Returns a Python value as the database keeps it: moments and money as integers, dates as ISO text."""
    if isinstance(value, datetime):
        return to_microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return to_units(value)
    return value
