"""What a deal did is read along one index of its visits, without their rows: who was responsible, what followed."""

from typing import Any

VISITS = "core_stage_visit (deal_id, entered_at, stage_id, place, responsible_id)"
BEFORE = "core_stage_visit (deal_id, entered_at)"


def up(migration: Any) -> None:
    """Makes the index, in place of the one that it begins with."""
    migration.create_index(VISITS)
    migration.execute("DROP INDEX ix_core_stage_visit_deal_id_entered_at")


def down(migration: Any) -> None:
    """Takes it back."""
    migration.create_index(BEFORE)
    migration.execute("DROP INDEX ix_core_stage_visit_deal_id_entered_at_stage_id_place_respon")
