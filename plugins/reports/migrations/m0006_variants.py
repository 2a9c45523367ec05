"""Who sees a variant, whose default it is, tiles of the home page, schedules and what they sent."""

from typing import Any

TABLES = {
    "reports_default": """
        id          id
        user_id     ref core_user not null
        report      text not null
        variant_id  ref reports_variant not null
    """,
    "reports_tile": """
        id          id
        user_id     ref core_user not null
        report      text not null
        variant_id  ref reports_variant
        place       int not null
    """,
    "reports_schedule": """
        id          id
        variant_id  ref reports_variant not null
        owner_id    ref core_user not null
        every       text not null
        on_day      int not null default 1
        at_hour     int not null default 8
        form        text not null
        recipients  json not null
        is_active   bool not null default true
        next_at     utc not null
        created_at  utc not null
    """,
    "reports_sending": """
        id          id
        schedule_id ref reports_schedule not null
        at          utc not null
        state       text not null
        note        text not null default ''
        file_name   text not null default ''
        size        int not null default 0
    """,
}
INDEXES = (
    "reports_tile (user_id, place)",
    "reports_schedule (next_at)",
    "reports_sending (schedule_id, id)",
)


def up(migration: Any) -> None:
    """Makes the tables, and lets a variant be for a team."""
    migration.add_column("reports_variant", "team_id bigint")
    for name, columns in TABLES.items():
        migration.create_table(name, columns)
    for index in INDEXES:
        migration.create_index(index)
    migration.create_index("reports_default (user_id, report)", unique=True)


def down(migration: Any) -> None:
    """Drops them; what was for a team is its owner's again."""
    for name in reversed(TABLES):
        migration.drop_table(name)
    migration.drop_column("reports_variant", "team_id")
