"""A letter says with which rights it was made, and under which number a network knows it."""

from typing import Any

COLUMNS = ("eyes", "channel", "provider", "provider_ref")


def up(migration: Any) -> None:
    """Adds what was unknown until now."""
    for column in COLUMNS:
        migration.add_column("reports_letter", f"{column} text not null default ''")


def down(migration: Any) -> None:
    """Drops it."""
    for column in COLUMNS:
        migration.drop_column("reports_letter", column)
