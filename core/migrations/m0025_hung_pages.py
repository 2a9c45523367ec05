"""Plugins whose pages never came back, so that these alone can be paused."""

from typing import Any

COLUMNS = ("hangs int not null default 0", "hung_at utc", "pages_paused_at utc")


def up(migration: Any) -> None:
    """Adds how often a process was lost to a page lately, and since when the pages are paused."""
    for line in COLUMNS:
        migration.add_column("core_plugin_state", line)


def down(migration: Any) -> None:
    """Takes them away."""
    for line in COLUMNS:
        migration.drop_column("core_plugin_state", line.split()[0])
