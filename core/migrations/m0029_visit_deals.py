"""A visit keeps its deal's version and state, so that the flow through the stages asks no deal at all.

Triggers write them when the deal's own change, in the same transaction: so it does not matter who writes.
"""

from typing import Any

TABLE = "core_stage_visit"
WAYS = f"{TABLE} (left_at, outcome, deal_id, place, onto_place, is_again, responsible_id, potential_base, stage_id,"
WAYS += " entered_at)"
# A short period is walked through by time; what went on, of a long one, in the order in which it is added up.
BY_TIME = f"{TABLE} (left_at, version_id, deal_state, outcome, place, onto_place, is_again, responsible_id,"
BY_TIME += " potential_base, deal_id, stage_id, entered_at)"
BY_PLACE = f"{TABLE} (version_id, place, outcome, onto_place, deal_state, responsible_id, left_at, potential_base)"
# What was won or lost within a period, and at which stage, without the rows.
CLOSED = "core_closing (state, closed_at, stage_id, reopened_at, owner_id, deal_id)"
STATE = "CASE WHEN {deal}.deleted_at IS NULL THEN {deal}.state END"
FILL = f"""
    UPDATE {TABLE} SET version_id = d.version_id, deal_state = {STATE.format(deal="d")}
    FROM core_deal d WHERE d.id = {TABLE}.deal_id
"""
KEEP = f"UPDATE {TABLE} SET version_id = new.version_id, deal_state = {STATE.format(deal='new')}"
KEEP += " WHERE deal_id = new.id;"
TRIGGER = """
    CREATE TRIGGER core_visits_of_deal AFTER UPDATE OF state, version_id, deleted_at ON core_deal FOR EACH ROW
    WHEN (old.state <> new.state OR old.version_id <> new.version_id
        OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL))
"""
FUNCTION = f"""
    CREATE FUNCTION core_visits_of_deal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {KEEP}
        RETURN NULL;
    END $$
"""


def up(migration: Any) -> None:
    """Adds the columns, fills them, and makes the indexes and the trigger."""
    migration.add_column(TABLE, "version_id bigint")
    migration.add_column(TABLE, "deal_state text")
    migration.execute("DROP INDEX ix_core_stage_visit_left_at_outcome_deal_id_place_onto_place")
    migration.execute(FILL)
    migration.create_index(BY_TIME)
    migration.create_index(BY_PLACE, where="outcome IN ('passed', 'won')")
    migration.create_index(CLOSED)
    if migration.is_postgres:
        migration.execute(FUNCTION)
    migration.execute(TRIGGER + ("EXECUTE FUNCTION core_visits_of_deal()" if migration.is_postgres else _body()))


def down(migration: Any) -> None:
    """Takes them back."""
    migration.execute("DROP TRIGGER core_visits_of_deal" + (" ON core_deal" if migration.is_postgres else ""))
    if migration.is_postgres:
        migration.execute("DROP FUNCTION core_visits_of_deal()")
    migration.execute("DROP INDEX ix_core_closing_state_closed_at_stage_id_reopened_at_owner_i")
    migration.execute("DROP INDEX ix_core_stage_visit_version_id_place_outcome_onto_place_deal")
    migration.execute("DROP INDEX ix_core_stage_visit_left_at_version_id_deal_state_outcome_pl")
    migration.create_index(WAYS)
    migration.drop_column(TABLE, "deal_state")
    migration.drop_column(TABLE, "version_id")


def _body() -> str:
    return f"BEGIN {KEEP} END"
