"""What the database knows of closed deals: grouped counts and distinct clients, each by one walk along an index."""

from typing import Any

from peewee import SQL, Case, NodeList, Select, fn

from core.api import Deal, bulk
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, grouped, keyed, total
from plugins.reports.funnel.closed import FURTHEST, WON, Group
from plugins.reports.periods import Period

# The share of all closed days from which on one walk along the whole index beats sorting a part of it (SQLite).
LARGE_SHARE = 0.15
A_MONTH = 31
EVERYWHERE = 1 << 20
# What the index in the order of the funnel's own groups holds beside them.
COVERED = ("", "owner", "manager", "team", "owner.team", "version")


def closed_groups(scope: Scope, period: Period, dimension: Dimension | None, counting: str) -> list[Group]:
    """Returns the deals closed within the period, grouped by version, outcome, place, places stood at, and key."""
    is_large = counting != FURTHEST and _is_covered(dimension) and _is_large(scope, period)
    if is_large and dimension is None:
        return _whole_groups(scope, period)
    place = Deal.furthest if counting == FURTHEST else Deal.place
    columns = [Deal.version_id, place, Deal.state, Deal.stood_at]
    query = _closed(scope, period, is_large=is_large)
    rows = scope.rows(grouped(query, columns, deal_sums(), dimension, Deal))
    return list(map(Group._make, keyed(rows, len(columns), dimension)))


def clients_of(scope: Scope, period: Period) -> Select:
    """Returns the question how many distinct clients the deals closed within the period have."""
    is_large = _is_large(scope, period)
    closed = _closed(scope, period, is_large=is_large)
    if not is_large and bulk.is_postgres(scope.crm.database):
        # Sorting a part is quicker there than a table of hashes; the whole comes sorted from its index.
        return closed.select(fn.COUNT(Deal.client_id.distinct()))
    each = closed.select(SQL("1")).group_by(Deal.client_id)
    return Select((each.alias("c"),), (fn.COUNT(SQL("*")),))


def unrated_of(scope: Scope, period: Period) -> Select:
    """Returns the question how many of the deals closed within the period lack a rate to add up their potential by."""
    where = [*in_period(scope, period, is_rare=True), Deal.potential.is_null(False), Deal.potential_base.is_null()]
    return Deal.select(fn.COUNT(SQL("*"))).where(*where)


def client_places(scope: Scope, period: Period, dimension: Dimension | None, counting: str) -> list[tuple]:
    """Returns (version, client, place they ended at, places stood at, key) of the closed deals, each once."""
    place = Deal.furthest if counting == FURTHEST else Deal.place
    end = Case(None, [(Deal.state == WON, EVERYWHERE)], fn.COALESCE(place, 0))
    columns = [Deal.version_id, Deal.client_id, end, Deal.stood_at]
    rows = scope.rows(grouped(_closed(scope, period), columns, (), dimension, Deal))
    return keyed(rows, len(columns), dimension)


def in_period(scope: Scope, period: Period, *, is_large: bool = False, is_rare: bool = False) -> list[Any]:
    """Returns the conditions that keep the deals of the scope that were closed within the period.

    `is_large` tells that they are many, `is_rare` that an index of its own holds the few that are asked for.
    """
    closed_at, types = Deal.closed_at, Deal.deal_type << scope.type_ids
    if is_large:
        # Else SQLite takes the index by time, whose rows it would have to sort; types go by version there.
        closed_at, types = _past_indexes(closed_at), Deal.version_id << scope.version_ids
    if is_rare:
        types = _past_indexes(Deal.deal_type) << scope.type_ids
    where = [Deal.deleted_at.is_null()]
    if is_large or not (period.first or period.until):  # the ends of a period say it too
        where.append(Deal.closed_at.is_null(False))
    if not (is_large and scope.is_of_all_types):
        where.append(types)
    if period.first:
        where.append(closed_at >= scope.moment(period.first))
    if period.until:
        where.append(closed_at < scope.moment(period.until))
    return where + scope.where(Deal)


def _past_indexes(column: Any) -> Any:
    """Returns the column behind a plus, by which SQLite seeks no index."""
    return NodeList((SQL("+"), column), glue="")


def _closed(scope: Scope, period: Period, *, is_large: bool = False) -> Any:
    return Deal.select(Deal.id).where(*in_period(scope, period, is_large=is_large))


def _whole_groups(scope: Scope, period: Period) -> list[Group]:
    # Grouped in the index's own order, owner included, nothing has to be sorted; the few groups are then added up.
    columns = [Deal.version_id, Deal.owner_id, Deal.place, Deal.state, Deal.stood_at]
    sums = [column.alias(name) for column, name in zip(deal_sums(), ("n", "p", "s", "a"), strict=True)]
    inner = grouped(_closed(scope, period, is_large=True), columns, sums, None, Deal)
    outer = [SQL(name) for name in ("version_id", "place", "state", "stood_at")]
    query = Select((inner.alias("g"),), [*outer, *(total(SQL(name)) for name in ("n", "p", "s", "a"))]).group_by(*outer)
    return list(map(Group._make, keyed(scope.rows(query), len(outer), None)))


def _is_covered(dimension: Dimension | None) -> bool:
    return dimension is None or dimension.name in COVERED


def _is_large(scope: Scope, period: Period) -> bool:
    if period.is_bounded and (period.until - period.first).days <= A_MONTH:
        return False
    span = scope.closed_span
    if span is None:
        return False
    first = scope.moment(period.first) if period.first else span[0]
    until = scope.moment(period.until) if period.until else span[1]
    return (until - first) / max(span[1] - span[0], 1) > LARGE_SHARE


def deal_sums() -> tuple:
    """Returns what is counted of closed deals: how many, how many have a potential, potential and amount."""
    return (
        fn.COUNT(SQL("*")),
        fn.COUNT(Deal.potential_base),
        total(Deal.potential_base),
        total(Deal.amount_base),
    )
