"""Usual stays: how long won deals stood at each stage, learned each night from the company's own history."""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from peewee import JOIN, Database, ForeignKeyField, IntegerField, fn

from core.deals.models import Deal
from core.runtime import CRM
from core.stages.models import DealType, Stage, TypeStage
from core.store.database import is_postgres
from core.store.fields import Record, UtcField

LEAST = "usual_least"
_SECOND = 1_000_000  # microseconds

# One row for each stage at which a won deal stood: all its stays there together.
_STAYS = """
    SELECT d.deal_type_id AS type_id, v.stage_id AS stage_id, CAST(SUM(v.left_at - v.entered_at) AS bigint) AS stay
    FROM core_deal d JOIN core_stage_visit v ON v.deal_id = d.id
    WHERE d.state = 'won' AND d.deleted_at IS NULL AND v.left_at IS NOT NULL
    GROUP BY d.id, d.deal_type_id, v.stage_id
"""
_IN_ORDER = f"{_STAYS} ORDER BY 1, 2, 3"
_BY_POSTGRES = f"""
    SELECT type_id, stage_id, COUNT(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY stay),
        percentile_disc(0.8) WITHIN GROUP (ORDER BY stay)
    FROM ({_STAYS}) AS stays GROUP BY 1, 2
"""


class UsualStay(Record):
    """How long deals of a type stand at a stage: half of the won ones at most `median_s`, four of five `most_s`.

    Both are None while fewer deals were won than the company wants to learn from. `won` counts the won deals that
    stood there, `passed` all closed deals that got beyond it.
    """

    deal_type = ForeignKeyField(DealType)
    stage = ForeignKeyField(Stage)
    won = IntegerField()
    median_s = IntegerField(null=True)
    most_s = IntegerField(null=True)
    passed = IntegerField()
    learned_at = UtcField()

    class Meta:
        table_name = "core_usual_stay"


class Stays(NamedTuple):
    """The stays of won deals at a stage: how many, the middle one, and the longest of the shorter four fifths."""

    type_id: int
    stage_id: int
    won: int
    median: int
    most: int


def learn_usual_stays(crm: CRM) -> int:
    """Learns anew how long deals stand at each stage, and returns for how many stages; safe to repeat.

    The stays are put in order by the database, on disk, and read one after another: memory stays flat.
    """
    found = list(_read_stays(crm.database))
    least, passed, now = crm.settings.get("company")[LEAST], _passed(), crm.clock.now()
    rows = [
        {
            "deal_type": one.type_id,
            "stage": one.stage_id,
            "won": one.won,
            "median_s": one.median // _SECOND if one.won >= least else None,
            "most_s": one.most // _SECOND if one.won >= least else None,
            "passed": passed.get((one.type_id, one.stage_id), 0),
            "learned_at": now,
        }
        for one in found
    ]
    with crm.work():
        UsualStay.delete().execute()
        for start in range(0, len(rows), 100):
            UsualStay.insert_many(rows[start : start + 100]).execute()
    return len(rows)


def usual_stays_of(type_id: int) -> dict[int, UsualStay]:
    """Returns what was learned of a type's stages, by the stage's id."""
    return {one.stage_id: one for one in UsualStay.select().where(UsualStay.deal_type == type_id)}


def ladder_with_usual(deal: Deal) -> tuple[list[TypeStage], dict[int, timedelta]]:
    """Returns the stages of a deal's version in order, and the usual stays known of them by stage, by one query."""
    is_usual = (UsualStay.stage == TypeStage.stage) & (UsualStay.deal_type == deal.deal_type_id)
    query = TypeStage.select(TypeStage, Stage, UsualStay.median_s).join(Stage)
    query = query.join_from(TypeStage, UsualStay, JOIN.LEFT_OUTER, on=is_usual, attr="usual")
    steps = list(query.where(TypeStage.version == deal.version_id).order_by(TypeStage.place))
    medians = {step.stage_id: getattr(step, "usual", None) for step in steps}
    return steps, {
        stage_id: timedelta(seconds=one.median_s)
        for stage_id, one in medians.items()
        if one is not None and one.median_s is not None
    }


def summed_up(rows: Iterable[tuple[int, int, int]]) -> Iterator[Stays]:
    """Yields a summary for each type and stage of (type, stage, stay) rows that come in this order."""
    for (type_id, stage_id), group in groupby(rows, key=lambda row: row[:2]):
        stays = array("q", (stay for _type, _stage, stay in group))
        yield Stays(type_id, stage_id, len(stays), _share(stays, 1, 2), _share(stays, 4, 5))


def _share(stays: array, numerator: int, denominator: int) -> int:
    """Returns the least stay that is not shorter than this share of all: as percentile_disc of PostgreSQL."""
    return stays[-(-len(stays) * numerator // denominator) - 1]


def _read_stays(database: Database) -> Iterator[Stays]:
    if is_postgres(database):
        yield from (Stays(*row) for row in database.execute_sql(_BY_POSTGRES))
        return
    with _sorting_on_disk(database):
        yield from summed_up(database.execute_sql(_IN_ORDER))


@contextmanager
def _sorting_on_disk(database: Database) -> Iterator[None]:
    """Lets SQLite sort in a temporary file while the block runs; elsewhere it sorts in memory, which is quicker."""
    is_free = not database.in_transaction()
    before = database.execute_sql("PRAGMA temp_store").fetchone()[0]
    if is_free:
        database.execute_sql("PRAGMA temp_store = file")
    try:
        yield
    finally:
        if is_free:
            database.execute_sql(f"PRAGMA temp_store = {before}")


def _passed() -> dict[tuple[int, int], int]:
    """Returns how many closed deals got beyond each stage of a type."""
    query = (
        Deal.select(Deal.deal_type, Deal.type_version, Deal.state, Deal.place, fn.COUNT(Deal.id))
        .where(Deal.closed_at.is_null(False), Deal.deleted_at.is_null())
        .group_by(Deal.deal_type, Deal.type_version, Deal.state, Deal.place)
    )
    steps: dict[int, list[tuple[int, int]]] = {}
    for version_id, place, stage_id in TypeStage.select(TypeStage.version, TypeStage.place, TypeStage.stage).tuples():
        steps.setdefault(version_id, []).append((place, stage_id))
    found: dict[tuple[int, int], int] = {}
    for type_id, version_id, state, reached, count in query.tuples():
        for place, stage_id in steps.get(version_id, ()):
            if state == "won" or place < (reached or 0):
                found[type_id, stage_id] = found.get((type_id, stage_id), 0) + count
    return found
