"""Tiles of the home page have a size."""

from typing import Any


def up(migration: Any) -> None:
    """Adds it; the tiles there are stay small."""
    migration.add_column("reports_tile", "size text not null default 'small'")


def down(migration: Any) -> None:
    """Drops it."""
    migration.drop_column("reports_tile", "size")
