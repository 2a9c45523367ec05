"""What a visit keeps beside itself: its deal's way, and what became of the deal.

Onto which place it led, and whether the deal had been further before; the deal's version and state as they are today.
So the flow through the stages is counted along an index, without asking each visit for the one that followed, or for
its deal. Whoever moves a deal writes it with the visit (`core.deals.history`), a trigger of the database follows the
deal's version, state and trash, and whoever writes visits by themselves calls `keep_ways`.
"""

from collections.abc import Iterable

from peewee import Database

IN_ORDER = "OVER (PARTITION BY v.deal_id ORDER BY v.entered_at, v.id)"
STATE = "CASE WHEN d.deleted_at IS NULL THEN d.state END"
# What is kept, and what stands in for nothing where it is compared.
KEPT = {"onto_place": "-1", "is_again": "false", "version_id": "-1", "deal_state": "''"}
DIFFERS = " OR ".join(
    f"COALESCE(w.{name}, {nothing}) <> COALESCE(core_stage_visit.{name}, {nothing})" for name, nothing in KEPT.items()
)


def keep_ways(database: Database, deal_ids: Iterable[int] | None = None) -> None:
    """Writes what visits of these deals, or of all, keep, in one statement; what is right already is left."""
    where = "" if deal_ids is None else f"WHERE v.deal_id IN ({', '.join(str(int(one)) for one in deal_ids) or 'NULL'})"
    database.execute_sql(f"""
        UPDATE core_stage_visit SET {", ".join(f"{name} = w.{name}" for name in KEPT)} FROM (
            SELECT v.id, d.version_id, {STATE} AS deal_state, LEAD(v.place) {IN_ORDER} AS onto_place,
                v.left_at IS NOT NULL AND v.place < MAX(v.place) {IN_ORDER} AS is_again
            FROM core_stage_visit v JOIN core_deal d ON d.id = v.deal_id {where}
        ) w WHERE w.id = core_stage_visit.id AND ({DIFFERS})
    """)  # noqa: S608 - nothing but whole numbers is written into it
