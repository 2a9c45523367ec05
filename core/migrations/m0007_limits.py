"""When a deal's stage has lasted longer than its limit, so that late deals are found without counting working days."""

from typing import Any

# Live route map and hanging deals are walks along this index; a closed deal has no entry.
# (SQLite reads the row itself for a column that the index lacks, be it one that its condition fixes.)
OPEN_DEALS = (
    "core_deal (deal_type_id, stage_id, late_at, entered_at, on_hold_until, owner_id, potential_base,"
    " state, deleted_at)"
)
IS_OPEN = "state = 'open' AND deleted_at IS NULL"


def up(migration: Any) -> None:
    """Adds the moment and the index; deals that run get theirs from the hourly job."""
    migration.add_column("core_deal", "late_at utc")
    migration.create_index(OPEN_DEALS, where=IS_OPEN)


def down(migration: Any) -> None:
    """Takes both back."""
    migration.execute("DROP INDEX ix_core_deal_deal_type_id_stage_id_late_at_entered_at_on_hol")
    migration.drop_column("core_deal", "late_at")
