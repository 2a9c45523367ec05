"""How plugins fare: what is paused or stopped and why, their failures, and how long their hooks take."""

from typing import Any

TABLES = {
    "core_plugin_state": """
        id          id
        plugin      text not null unique
        strikes     int not null default 0
        struck_at   utc
        paused_at   utc                          # its announcements are not made
        stopped_at  utc                          # it is left out as a whole
        reason      text not null default ''
        remedy      text not null default ''
    """,
    "core_plugin_failure": """
        id          id
        plugin      text not null
        what        text not null                # a hook, or another place where its code is called
        error       text not null
        times       int not null default 1
        first_at    utc not null
        last_at     utc not null
        unique (plugin, what, error)
    """,
    "core_hook_time": """
        id          id
        plugin      text not null
        what        text not null
        calls       bigint not null
        total_us    bigint not null
        worst_us    bigint not null
        since_at    utc not null
        unique (plugin, what)
    """,
}


def up(migration: Any) -> None:
    """Makes the tables."""
    for name, columns in TABLES.items():
        migration.create_table(name, columns)


def down(migration: Any) -> None:
    """Drops the tables."""
    for name in reversed(TABLES):
        migration.drop_table(name)
