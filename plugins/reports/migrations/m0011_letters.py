"""Schedules go to users and teams too; each letter is a row before it is handed over."""

from typing import Any


def up(migration: Any) -> None:
    """Adds who else gets a report, the job that makes it, and the letters with which it goes."""
    migration.add_column("reports_schedule", "users json not null default '[]'")
    migration.add_column("reports_schedule", "teams json not null default '[]'")
    migration.add_column("reports_schedule", "told_at utc")
    migration.add_column("reports_sending", "job_id bigint")
    migration.create_table(
        "reports_letter",
        """
        id          id
        sending_id  ref reports_sending not null
        user_id     ref core_user
        address     text not null
        subject     text not null default ''
        body        text not null default ''
        file_name   text not null default ''
        state       text not null
        reason      text not null default ''
        """,
    )
    migration.create_index("reports_letter (sending_id)")
    migration.create_index("reports_letter (user_id)")


def down(migration: Any) -> None:
    """Drops them."""
    migration.drop_table("reports_letter")
    migration.drop_column("reports_sending", "job_id")
    for column in ("told_at", "teams", "users"):
        migration.drop_column("reports_schedule", column)
