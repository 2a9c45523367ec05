"""What came in is done with or waits for an answer; what changed last is found for open pages."""

from typing import Any


def up(migration: Any) -> None:
    """Adds when and by whom a message was done with, and the indexes of the inbox and of open pages."""
    migration.add_column("core_message", "handled_at utc")
    migration.add_column("core_message", "handled_by_id bigint")
    migration.create_index("core_message (changed_at)")
    migration.create_index("core_message (id)", where="direction = 'in' AND handled_at IS NULL")


def down(migration: Any) -> None:
    """Takes them away."""
    migration.execute("DROP INDEX ix_core_message_id")
    migration.execute("DROP INDEX ix_core_message_changed_at")
    migration.drop_column("core_message", "handled_by_id")
    migration.drop_column("core_message", "handled_at")
