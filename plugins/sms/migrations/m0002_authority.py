"""Gateways may have a certificate authority of their own."""

from typing import Any


def up(migration: Any) -> None:
    """Adds its certificate."""
    migration.add_column("sms_gateway", "authority text not null default ''")


def down(migration: Any) -> None:
    """Drops it."""
    migration.drop_column("sms_gateway", "authority")
