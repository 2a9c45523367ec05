"""The owner of a schedule is told once that its report did not reach everybody."""

from typing import Any


def up(migration: Any) -> None:
    """Adds when that was."""
    migration.add_column("reports_schedule", "owner_told_at utc")


def down(migration: Any) -> None:
    """Drops it."""
    migration.drop_column("reports_schedule", "owner_told_at")
