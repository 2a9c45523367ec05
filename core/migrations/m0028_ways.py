"""The flow through the stages is counted along one index: a visit keeps where it led, and whether it was not the first.

A deal that was further before may pass a stage for the second time; all others can't, and are counted as they come.
"""

from typing import Any

TABLE = "core_stage_visit"
LEFT = f"{TABLE} (left_at, outcome, deal_id, stage_id, place, entered_at, responsible_id, potential_base)"
WAYS = f"{TABLE} (left_at, outcome, deal_id, place, onto_place, is_again, responsible_id, potential_base, stage_id,"
WAYS += " entered_at)"
IN_ORDER = "OVER (PARTITION BY deal_id ORDER BY entered_at, id)"
# Only rows that differ from what a new column says by itself: most tables are far larger than memory.
FILL = f"""
    UPDATE {TABLE} SET onto_place = w.onto_place, is_again = w.is_again FROM (
        SELECT id, LEAD(place) {IN_ORDER} AS onto_place,
            left_at IS NOT NULL AND place < MAX(place) {IN_ORDER} AS is_again FROM {TABLE}
    ) w WHERE w.id = {TABLE}.id AND (w.onto_place IS NOT NULL OR w.is_again)
"""


def up(migration: Any) -> None:
    """Adds the columns, fills them, and makes the index in place of the one that knows less."""
    migration.add_column(TABLE, "onto_place int")
    migration.add_column(TABLE, "is_again bool not null default false")
    migration.execute("DROP INDEX ix_core_stage_visit_left_at_outcome_deal_id_stage_id_place_e")
    migration.execute(FILL)
    migration.create_index(WAYS)


def down(migration: Any) -> None:
    """Takes them back."""
    migration.execute("DROP INDEX ix_core_stage_visit_left_at_outcome_deal_id_place_onto_place")
    migration.create_index(LEFT)
    migration.drop_column(TABLE, "is_again")
    migration.drop_column(TABLE, "onto_place")
