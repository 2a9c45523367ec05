"""Two administrators who change one deal type don't overwrite each other: its row tells how often it was changed."""

from typing import Any


def up(migration: Any) -> None:
    """Adds the column."""
    migration.add_column("core_deal_type", "version int not null default 1")


def down(migration: Any) -> None:
    """Takes it back."""
    migration.drop_column("core_deal_type", "version")
