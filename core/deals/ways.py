"""What a visit keeps of its deal's way: onto which place it led, and whether the deal had been further before.

So the flow through the stages is counted along an index, without asking each visit for the one that followed. Whoever
moves a deal writes it with the visit (`core.deals.history`); whoever writes visits by themselves calls `keep_ways`.
"""

from collections.abc import Iterable

from peewee import Database

IN_ORDER = "OVER (PARTITION BY deal_id ORDER BY entered_at, id)"


def keep_ways(database: Database, deal_ids: Iterable[int]) -> None:
    """Writes the ways of these deals anew, as their visits tell them, in one statement."""
    ids = ", ".join(str(int(deal_id)) for deal_id in deal_ids)
    if not ids:
        return
    database.execute_sql(f"""
        UPDATE core_stage_visit SET onto_place = w.onto_place, is_again = w.is_again FROM (
            SELECT id, LEAD(place) {IN_ORDER} AS onto_place,
                left_at IS NOT NULL AND place < MAX(place) {IN_ORDER} AS is_again
            FROM core_stage_visit WHERE deal_id IN ({ids})
        ) w WHERE w.id = core_stage_visit.id
    """)  # noqa: S608 - nothing but whole numbers is written into it
