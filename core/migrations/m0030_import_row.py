"""Clients and deals that came with a file know from which row of it."""

from typing import Any

TABLES = ("core_client", "core_deal")


def up(migration: Any) -> None:
    """Adds the number of the row; of what came before it is not known."""
    for table in TABLES:
        migration.add_column(table, "import_row int")


def down(migration: Any) -> None:
    """Takes it away."""
    for table in TABLES:
        migration.drop_column(table, "import_row")
