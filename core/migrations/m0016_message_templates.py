"""Texts of messages that are written again and again."""

from typing import Any


def up(migration: Any) -> None:
    """Makes the table."""
    migration.create_table(
        "core_message_template",
        """
        id          id
        name        text not null
        channel     text not null default ''
        subject     text not null default ''
        body        text not null
        created_at  utc not null
        changed_at  utc not null
        """,
    )


def down(migration: Any) -> None:
    """Drops it."""
    migration.drop_table("core_message_template")
