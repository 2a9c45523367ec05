"""The funnel of a past day, the bridge between two days and the flow of a period are walks along indexes.

A period keeps the version of the deal's type that held then, where the deal has moved to a newer one since.
"""

from typing import Any

# What stood at a moment T ended after T, or has not ended: the younger the day, the shorter the walk.
STANDING = (
    "core_deal_period (to_at, from_at, deal_id, stage_id, place, owner_id, potential_base, is_on_hold, version_id)"
)
LEFT = "core_stage_visit (left_at, outcome, deal_id, stage_id, place, entered_at, responsible_id, potential_base)"
CLOSED = "core_closing (closed_at)"


def up(migration: Any) -> None:
    """Adds the column and the indexes."""
    migration.add_column("core_deal_period", "version_id bigint")
    for index in (STANDING, LEFT, CLOSED):
        migration.create_index(index)


def down(migration: Any) -> None:
    """Takes them back."""
    migration.execute("DROP INDEX ix_core_closing_closed_at")
    migration.execute("DROP INDEX ix_core_stage_visit_left_at_outcome_deal_id_stage_id_place_e")
    migration.execute("DROP INDEX ix_core_deal_period_to_at_from_at_deal_id_stage_id_place_own")
    migration.drop_column("core_deal_period", "version_id")
