"""Finds the deals that wait for an exchange rate, of which there are few or none, without a walk through all."""

from typing import Any

INDEX = "ix_reports_unrated"
UNRATED = "potential IS NOT NULL AND potential_base IS NULL AND deleted_at IS NULL"


def up(migration: Any) -> None:
    """Makes the index, which holds nothing while every rate is there."""
    migration.execute(f"CREATE INDEX {INDEX} ON core_deal (closed_at, deal_type_id, owner_id) WHERE {UNRATED}")


def down(migration: Any) -> None:
    """Drops it."""
    migration.execute(f"DROP INDEX {INDEX}")
