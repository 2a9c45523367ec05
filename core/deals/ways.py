"""What a visit keeps of its deal's way: onto which place it led, and whether the deal had been further before.

So the flow through the stages is counted along an index, without asking each visit for the one that followed. Whoever
moves a deal writes it with the visit (`core.deals.history`); whoever writes visits by themselves calls `keep_ways`.
"""

from collections.abc import Iterable

from peewee import Database

IN_ORDER = "OVER (PARTITION BY deal_id ORDER BY entered_at, id)"


def keep_ways(database: Database, deal_ids: Iterable[int] | None = None) -> None:
    """Writes the ways of these deals, or of all, as their visits tell them, in one statement; right ones are left."""
    where = "" if deal_ids is None else f"WHERE deal_id IN ({', '.join(str(int(one)) for one in deal_ids) or 'NULL'})"
    database.execute_sql(f"""
        UPDATE core_stage_visit SET onto_place = w.onto_place, is_again = w.is_again FROM (
            SELECT id, LEAD(place) {IN_ORDER} AS onto_place,
                left_at IS NOT NULL AND place < MAX(place) {IN_ORDER} AS is_again
            FROM core_stage_visit {where}
        ) w WHERE w.id = core_stage_visit.id AND (w.is_again <> core_stage_visit.is_again
            OR COALESCE(w.onto_place, -1) <> COALESCE(core_stage_visit.onto_place, -1))
    """)  # noqa: S608 - nothing but whole numbers is written into it
