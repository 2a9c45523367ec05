"""Sessions that were signed out, so that their streams end; on PostgreSQL a signal to those who follow changes."""

from typing import Any

CHANNEL = "hinka_changes"
FOLLOWED = ("core_audit", "core_session_end")


def up(migration: Any) -> None:
    """Makes the table, and on PostgreSQL the triggers: SQLite tells of a change by itself (PRAGMA data_version)."""
    migration.create_table("core_session_end", "id id\n key text not null unique\n at utc not null")
    if not migration.is_postgres:
        return
    migration.execute(
        "CREATE FUNCTION hinka_tell_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN PERFORM pg_notify('{CHANNEL}', ''); RETURN NULL; END $$"
    )
    for table in FOLLOWED:
        migration.execute(
            f"CREATE TRIGGER hinka_tell_change AFTER INSERT ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION hinka_tell_change()"
        )


def down(migration: Any) -> None:
    """Drops everything that `up` made."""
    if migration.is_postgres:
        migration.execute("DROP FUNCTION hinka_tell_change() CASCADE")
    migration.drop_table("core_session_end")
