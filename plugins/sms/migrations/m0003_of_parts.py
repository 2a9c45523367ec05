"""A part knows of how many it is one: a message is not delivered while some of them never went."""

from typing import Any


def up(migration: Any) -> None:
    """Adds the number; of parts that went before, as many are awaited as there are."""
    migration.add_column("sms_part", "total int not null default 1")


def down(migration: Any) -> None:
    """Drops it."""
    migration.drop_column("sms_part", "total")
