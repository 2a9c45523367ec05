"""Types that are led by hand, or without stages, make no task to work up a loss unless somebody is named for it."""

from typing import Any


def up(migration: Any) -> None:
    """Takes the default away from types that are no process."""
    migration.execute("UPDATE core_deal_type SET loss_responsible = '' WHERE mode <> 'process'")


def down(migration: Any) -> None:
    """Gives every type the owner again, as it was."""
    migration.execute("UPDATE core_deal_type SET loss_responsible = 'owner' WHERE loss_responsible = ''")
