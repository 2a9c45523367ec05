"""Tells cheaply that another connection has committed something, so that followers ask only when there is news."""

import sqlite3

import psycopg
from peewee import Database

from core.store.database import is_postgres

CHANNEL = "hinka_changes"


class Changes:
    """The changes of one database since they were last looked at; belongs to the thread that made it.

    On SQLite the number that every commit moves (PRAGMA data_version), on PostgreSQL the signals of the triggers of
    migration m0005: neither reads a row. Each needs one connection of its own for as long as it lives.
    """

    def __init__(self, database: Database) -> None:
        if is_postgres(database):
            own = psycopg.connect(dbname=database.database, autocommit=True, **database.connect_params)
            own.execute(f"LISTEN {CHANNEL}")
        else:
            own = sqlite3.connect(database.database, isolation_level=None)
        self._own: psycopg.Connection | sqlite3.Connection = own
        self._version = -1

    def are_new(self) -> bool:
        """Tells whether anything was committed since the last call."""
        if isinstance(self._own, psycopg.Connection):
            return bool(list(self._own.notifies(timeout=0)))
        before, self._version = self._version, self._own.execute("PRAGMA data_version").fetchone()[0]
        return self._version != before

    def close(self) -> None:
        """Gives the connection back."""
        self._own.close()
