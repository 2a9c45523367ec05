"""Leases: which process of several does what only one may do."""

from typing import Any

TABLES = {
    "core_lease": """
        id          id
        name        text not null unique
        holder      text not null
        until_at    utc not null
    """,
}


def up(migration: Any) -> None:
    """Makes the table."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)


def down(migration: Any) -> None:
    """Drops it."""
    for name in TABLES:
        migration.drop_table(name)
