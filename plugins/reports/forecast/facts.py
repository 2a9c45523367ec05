"""What the database knows for a forecast: the company's history as columns, and the deals that the question is about.

The statistics are the company's own, learned from all deals; deals, sums and new deals pass `visible_to`.
"""

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from peewee import SQL, fn

from core.api import CRM, Deal, DealPeriod, bulk
from plugins.reports.facts import Scope
from plugins.reports.forecast.bounds import LATELY, lately
from plugins.reports.funnel.ladders import Ladder
from plugins.reports.funnel.open_facts import standing

Columns = dict[str, array]
DAY = 86_400_000_000
AT_ONCE = 20_000
MOST_SUMS = 5_000

DEALS = f"""
    SELECT id, deal_type_id, version_id, coalesce(owner_id, 0), client_id, coalesce(source_id, 0),
    CASE state WHEN 'won' THEN 2 WHEN 'lost' THEN 3 ELSE 0 END, opened_at, coalesce(closed_at, -1),
    coalesce(potential_base, -1), coalesce(amount_base, -1)
    FROM core_deal WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT {AT_ONCE}
"""
DEAL_COLUMNS = "id type_id version_id owner client source state opened closed potential amount".split()
VISITS = f"""
    SELECT id, deal_id, stage_id, entered_at, coalesce(left_at, -1),
    CASE outcome WHEN 'won' THEN 2 WHEN 'lost' THEN 3 WHEN '' THEN 0 ELSE 1 END
    FROM core_stage_visit WHERE id > ? ORDER BY id LIMIT {AT_ONCE}
"""
VISIT_COLUMNS = "id deal stage entered left outcome".split()
# Two walks along the index by time: an OR would read all history.
STOOD = """
    SELECT p.deal_id, coalesce(p.stage_id, 0), coalesce(p.owner_id, 0), coalesce(p.potential_base, -1)
    FROM core_deal_period p JOIN core_deal d ON d.id = p.deal_id
    WHERE p.from_at <= ? AND p.to_at > ? AND NOT p.is_on_hold AND d.deleted_at IS NULL
    UNION ALL
    SELECT p.deal_id, coalesce(p.stage_id, 0), coalesce(p.owner_id, 0), coalesce(p.potential_base, -1)
    FROM core_deal_period p JOIN core_deal d ON d.id = p.deal_id
    WHERE p.from_at <= ? AND p.to_at IS NULL AND NOT p.is_on_hold AND d.deleted_at IS NULL
"""
STOOD_COLUMNS = "id stage owner potential".split()
STANDING_COLUMNS = "id type_id version_id stage_id owner client source potential entered".split()


def history(crm: CRM) -> dict[str, Columns]:
    """Returns all deals and stays at stages as columns of integers, read in pieces: memory holds no rows."""
    visits = _columns(VISIT_COLUMNS, _pieces(crm, VISITS))
    del visits["id"]
    return {"deals": _columns(DEAL_COLUMNS, _pieces(crm, DEALS)), "visits": visits}


def stood(crm: CRM, at: datetime) -> Columns:
    """Returns the deals that were open at a moment and not on hold, as they were then."""
    moment = bulk.to_microseconds(at)
    sql = STOOD.replace("?", crm.database.param)
    return _columns(STOOD_COLUMNS, [crm.database.execute_sql(sql, (moment, moment, moment)).fetchall()])


def templates(ladders: dict[int, Ladder], published: set[int]) -> list[tuple]:
    """Returns the steps of every version of every type, as the engine's `Template` has them."""
    return [
        (
            key,
            ladder.type_id,
            tuple(step.stage_id for step in ladder.steps),
            tuple(step.probability / 100 for step in ladder.steps),
            key in published,
        )
        for key, ladder in ladders.items()
    ]


def count_closed(crm: CRM) -> tuple[int, int | None, int]:
    """Returns how many deals are closed, when the first one was, and how many deals there are."""
    counts = fn.COUNT(Deal.closed_at), fn.MIN(Deal.closed_at), fn.COUNT(Deal.id)
    return crm.database.execute(Deal.select(*counts).where(Deal.deleted_at.is_null())).fetchone()


def standing_deals(scope: Scope) -> list[tuple]:
    """Returns the deals that are open and not on hold, with number, title and the day the seller typed after them."""
    query, source = standing(scope, None)
    columns = (
        Deal.id,
        Deal.deal_type_id,
        Deal.version_id,
        fn.COALESCE(Deal.stage_id, 0),
        fn.COALESCE(Deal.owner_id, 0),
        Deal.client_id,
        fn.COALESCE(Deal.source_id, 0),
        fn.COALESCE(Deal.potential_base, -1),
        fn.COALESCE(Deal.entered_at, Deal.opened_at),
        Deal.place,
        Deal.number,
        Deal.title,
        Deal.expected_on,
    )
    return scope.rows(query.where(~source.is_on_hold).select(*columns).order_by(Deal.id))


def won_within(scope: Scope, first: int, until: int) -> tuple[int, int]:
    """Returns how many deals were won within moments, and what they brought."""
    query = Deal.select(fn.COUNT(Deal.id), fn.COALESCE(fn.SUM(Deal.amount_base), 0)).where(
        Deal.state == "won", Deal.closed_at >= first, Deal.closed_at < until, *_mine(scope)
    )
    count, amount = scope.rows(query)[0]
    return count, int(amount)


def opened_lately(scope: Scope, now: datetime) -> dict[str, Any]:
    """Returns the deals opened lately by type and first stage, and by type the sums that won deals brought."""
    until = bulk.to_microseconds(now)
    days = _days_lately(scope, until)
    since = until - int(days * DAY)
    stage = fn.COALESCE(DealPeriod.stage_id, 0)
    query = (
        Deal.select(Deal.deal_type_id, stage, fn.COUNT(Deal.id))
        .join(DealPeriod, "LEFT JOIN", on=((DealPeriod.deal == Deal.id) & (DealPeriod.from_at == Deal.opened_at)))
        .where(Deal.opened_at >= since, Deal.opened_at < until, *_mine(scope))
        .group_by(SQL("1"), SQL("2"))
    )
    rows = scope.rows(query)
    sums: dict[int, list[int]] = {}
    for type_id, amount in scope.rows(
        Deal.select(Deal.deal_type_id, Deal.amount_base)
        .where(Deal.state == "won", Deal.amount_base.is_null(False), Deal.closed_at < until, *_mine(scope))
        .order_by(Deal.closed_at.desc(), Deal.id)
        .limit(MOST_SUMS)
    ):
        sums.setdefault(type_id, []).append(amount)
    return {
        "days": days,
        "type_id": [row[0] for row in rows],
        "stage_id": [row[1] for row in rows],
        "count": [row[2] for row in rows],
        "sums": sums,
    }


def _days_lately(scope: Scope, until: int) -> float:
    """Returns over how many days new deals are counted; one deal from before them tells that all of them count."""
    mine = Deal.select(Deal.opened_at).where(*_mine(scope))
    if scope.rows(mine.where(Deal.opened_at < until - LATELY * DAY).limit(1)):
        return float(LATELY)
    first = scope.rows(mine.select(fn.MIN(Deal.opened_at)))[0][0]
    return lately((until - first) / DAY if first else 0.0)


def _mine(scope: Scope) -> list[Any]:
    return [Deal.deleted_at.is_null(), Deal.version_id << scope.version_ids, *scope.where(Deal)]


def _pieces(crm: CRM, sql: str) -> Iterator[Sequence[tuple]]:
    last, sql = 0, sql.replace("?", crm.database.param)
    while last is not None:
        rows = crm.database.execute_sql(sql, (last,)).fetchall()
        yield rows
        last = rows[-1][0] if len(rows) == AT_ONCE else None


def _columns(names: Sequence[str], pieces: Any) -> Columns:
    columns = [array("q") for _name in names]
    for rows in pieces:
        for column, values in zip(columns, zip(*rows, strict=True), strict=False):
            column.extend(values)
    return dict(zip(names, columns, strict=True))
