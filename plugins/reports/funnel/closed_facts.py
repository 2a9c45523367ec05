"""What the database knows of closed deals: grouped counts and distinct clients, each by one walk along an index."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from peewee import SQL, Case, NodeList, Select, fn

from core.api import Deal, bulk
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Ends, Scope, grouped, keyed, total
from plugins.reports.funnel.counts import FURTHEST, WON, Group
from plugins.reports.settings.periods import Period

# The share of all closed days from which on one walk along the whole index beats sorting a part of it (SQLite).
LARGE_SHARE = 0.15
A_MONTH_US = 32 * 86_400_000_000  # clocks may be turned back within it
EVERYWHERE = 1 << 20
# What is asked most is written once: peewee takes a quarter as long to write it as the database to answer.
WALK = "FROM core_deal WHERE {column} IN ({{types}}) AND closed_at >= {{first}} AND closed_at < {{until}}"
WALK += " AND deleted_at IS NULL"
BY_TYPE, PAST_INDEXES = (WALK.format(column=column) for column in ("deal_type_id", "+deal_type_id"))
OUTCOMES = "SELECT version_id, place, state, stood_at, count(*), count(potential_base),"
OUTCOMES += f" CAST(sum(potential_base) AS bigint), CAST(sum(amount_base) AS bigint) {BY_TYPE} GROUP BY 1, 2, 3, 4"
# Sorting a part is quicker on PostgreSQL than a table of hashes; its whole comes sorted from an index.
CLIENTS = (
    f"(SELECT count(*) FROM (SELECT 1 {BY_TYPE} GROUP BY client_id) AS c)",
    f"(SELECT count(DISTINCT client_id) {BY_TYPE})",
)
UNRATED = f"(SELECT count(*) {PAST_INDEXES} AND potential IS NOT NULL AND potential_base IS NULL)"
# What the index in the order of the funnel's own groups holds beside them.
COVERED = ("", "owner", "manager", "team", "owner.team", "version")


def closed_groups(
    scope: Scope, parts: Sequence[Period | Ends], dimension: Dimension | None, counting: str
) -> list[Group]:
    """Returns the deals closed within the parts, grouped by version, outcome, place, places stood at, and key.

    Deals of several parts may come as several groups that are alike.
    """
    if not parts:
        return []
    if len(parts) == 1 and dimension is None and counting != FURTHEST and _is_usual(scope, parts[0]):
        rows = scope.rows(_usual(scope, parts[0], OUTCOMES))
    else:
        rows = scope.rows(reduce(add, [_groups(scope, part, dimension, counting) for part in parts]))
    return list(map(Group._make, keyed(rows, 4, dimension)))


def clients_of(scope: Scope, period: Period | Ends) -> Any:
    """Returns the question how many distinct clients the deals closed within the period have."""
    if _is_usual(scope, period):
        return _usual(scope, period, CLIENTS[bulk.is_postgres(scope.crm.database)])
    is_large = _is_large(scope, period)
    closed = _closed(scope, period, is_large=is_large)
    if not is_large and bulk.is_postgres(scope.crm.database):
        return closed.select(fn.COUNT(Deal.client_id.distinct()))
    each = closed.select(SQL("1")).group_by(Deal.client_id)
    return Select((each.alias("c"),), (fn.COUNT(SQL("*")),))


def clients_between(scope: Scope, part: Ends, before: Any, after: Any) -> Select:
    """Returns the question for the clients of the deals closed within a part, each once, with a value on both sides."""
    return _closed(scope, part).select(before, Deal.client_id, after).distinct()


def unrated_of(scope: Scope, period: Period) -> Any:
    """Returns the question how many of the deals closed within the period lack a rate to add up their potential by."""
    if _is_usual(scope, period):
        return _usual(scope, period, UNRATED)
    where = [*in_period(scope, period, is_rare=True), Deal.potential.is_null(False), Deal.potential_base.is_null()]
    return Deal.select(fn.COUNT(SQL("*"))).where(*where)


def client_places(scope: Scope, period: Period, dimension: Dimension | None, counting: str) -> list[tuple]:
    """Returns (version, client, place they ended at, places stood at, key) of the closed deals, each once."""
    place = Deal.furthest if counting == FURTHEST else Deal.place
    end = Case(None, [(Deal.state == WON, EVERYWHERE)], fn.COALESCE(place, 0))
    columns = [Deal.version_id, Deal.client_id, end, Deal.stood_at]
    rows = scope.rows(grouped(_closed(scope, period), columns, (), dimension, Deal))
    return keyed(rows, len(columns), dimension)


def in_period(scope: Scope, period: Period | Ends, *, is_large: bool = False, is_rare: bool = False) -> list[Any]:
    """Returns the conditions that keep the deals of the scope that were closed within the period.

    `is_large` tells that they are many, `is_rare` that an index of its own holds the few that are asked for.
    """
    closed_at, types = Deal.closed_at, Deal.deal_type << scope.type_ids
    if is_large:
        # Else SQLite takes the index by time, whose rows it would have to sort; types go by version there.
        closed_at, types = past_indexes(closed_at), Deal.version_id << scope.version_ids
    if is_rare:
        types = past_indexes(Deal.deal_type) << scope.type_ids
    first, until = scope.ends(period)
    where = [Deal.deleted_at.is_null()]
    if is_large or first is None and until is None:  # the ends of a period say it too
        where.append(Deal.closed_at.is_null(False))
    if not (is_large and scope.is_of_all_types):
        where.append(types)
    if first is not None:
        where.append(closed_at >= first)
    if until is not None:
        where.append(closed_at < until)
    return where + scope.where(Deal)


def past_indexes(column: Any) -> Any:
    """Returns the column behind a plus, by which SQLite seeks no index."""
    return NodeList((SQL("+"), column), glue="")


def _closed(scope: Scope, period: Period | Ends, *, is_large: bool = False) -> Any:
    return Deal.select(Deal.id).where(*in_period(scope, period, is_large=is_large))


def _is_usual(scope: Scope, period: Period | Ends) -> bool:
    """Tells whether nothing but types and a period that is no large one narrows the deals."""
    return scope.is_whole and bool(scope.type_ids) and None not in scope.ends(period) and not _is_large(scope, period)


def _usual(scope: Scope, period: Period | Ends, question: str) -> SQL:
    first, until = scope.ends(period)
    return SQL(question.format(types=", ".join(map(str, scope.type_ids)), first=first, until=until))


def _groups(scope: Scope, part: Period | Ends, dimension: Dimension | None, counting: str) -> Select:
    is_large = counting != FURTHEST and is_covered(dimension) and _is_large(scope, part)
    if is_large and dimension is None:
        return _whole_groups(scope, part)
    place = Deal.furthest if counting == FURTHEST else Deal.place
    columns = [Deal.version_id, place, Deal.state, Deal.stood_at]
    return grouped(_closed(scope, part, is_large=is_large), columns, deal_sums(), dimension, Deal)


def _whole_groups(scope: Scope, part: Period | Ends) -> Select:
    # Grouped in the index's own order, owner included, nothing has to be sorted; the few groups are then added up.
    columns = [Deal.version_id, Deal.owner_id, Deal.place, Deal.state, Deal.stood_at]
    sums = [column.alias(name) for column, name in zip(deal_sums(), ("n", "p", "s", "a"), strict=True)]
    inner = grouped(_closed(scope, part, is_large=True), columns, sums, None, Deal)
    outer = [SQL(name) for name in ("version_id", "place", "state", "stood_at")]
    return Select((inner.alias("g"),), [*outer, *(total(SQL(name)) for name in ("n", "p", "s", "a"))]).group_by(*outer)


def is_covered(dimension: Dimension | None) -> bool:
    """Tells whether the dimension is one of those by which deals are counted before all else."""
    return dimension is None or dimension.name in COVERED


def _is_large(scope: Scope, period: Period | Ends) -> bool:
    """Tells whether the period holds so many of the closed deals that a walk along the whole index is quicker."""
    first, until = scope.ends(period)
    if None not in (first, until) and until - first <= A_MONTH_US:
        return False
    span = scope.closed_span
    if span is None:
        return False
    first, until = span[0] if first is None else first, span[1] if until is None else until
    return (until - first) / max(span[1] - span[0], 1) > LARGE_SHARE


def deal_sums() -> tuple:
    """Returns what is counted of closed deals: how many, how many have a potential, potential and amount."""
    return (
        fn.COUNT(SQL("*")),
        fn.COUNT(Deal.potential_base),
        total(Deal.potential_base),
        total(Deal.amount_base),
    )
