"""Closed deals of a long period: from the sums that are kept of whole spans of time, and a walk over the rest.

Sums hold unless their span bears a mark, which triggers set in the transaction that changes a deal (migration m0016);
a job counts marked spans anew (`summing`). Each span is taken from the one or the other, so what is told is exact.
Filters, the rights of whoever sees a part, other dimensions and other countings are walked through.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import reduce
from operator import add
from typing import Any, NamedTuple

from peewee import SQL, Select, Table, Value

from core.api import fields
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope, keyed, total
from plugins.reports.funnel.closed_facts import (
    clients_between,
    clients_of,
    closed_groups,
    is_covered,
    past_indexes,
    unrated_of,
)
from plugins.reports.funnel.counts import FINAL, Group, Sum
from plugins.reports.funnel.id_sets import IdSet
from plugins.reports.funnel.spans import LEAST, Split, split
from plugins.reports.settings.periods import Period

# With more parts to walk through, one walk over all is as quick.
MOST_WALKS = 6
STALE = "SELECT span FROM reports_closed_stale GROUP BY span"
KEPT = Table("reports_closed_sum", ("span", "owner_id", *(name for name in Sum._fields if name != "key")))
CLIENTS = Table("reports_closed_clients", ("span", "version_id", "block", "clients"))


class Closed(NamedTuple):
    """What the database knows of deals closed within a period: groups of them, and sums that were kept of others."""

    groups: list[Group]
    sums: list[Sum]

    @property
    def keys(self) -> set[Hashable]:
        """The keys of the dimension that they were asked by."""
        return {one.key for part in self for one in part}

    @property
    def versions(self) -> set[int]:
        """The versions of types that they have."""
        return {one.version_id for part in self for one in part}


def kept_parts(scope: Scope, period: Period) -> Split | None:
    """Returns of which parts of the period sums may be used, or None where a walk through all of it does as well."""
    ends = scope.ends(period)
    if not scope.is_whole or (None not in ends and ends.until - ends.first < LEAST):
        return None
    found = split(ends, _stale(scope))
    return found if len(found.rest) <= MOST_WALKS and found.rest != (ends,) else None


def closed_deals(
    scope: Scope, period: Period, dimension: Dimension | None, counting: str, parts: Split | None
) -> Closed:
    """Returns the deals closed within the period; where sums are kept of what is asked for, they stand for `parts`."""
    if parts is None or counting != FINAL or not is_covered(dimension):
        return Closed(closed_groups(scope, [period], dimension, counting), [])
    groups = closed_groups(scope, parts.rest, dimension, counting)
    # In the order of an index, whatever they are wanted by: adding up the few that come is quicker than sorting.
    by = (KEPT.version_id, KEPT.owner_id, KEPT.place)
    sums = [total(getattr(KEPT, name)) for name in Sum._fields[3:]]
    query = KEPT.select(KEPT.version_id, KEPT.place, KEPT.owner_id, *sums).where(*_within(KEPT, scope, parts))
    rows = scope.rows(query.group_by(*by))
    if dimension is None:
        rows = [(version_id, place, None, *sums) for version_id, place, _owner_id, *sums in rows]
    elif dimension.name == "version":
        rows = [(version_id, place, version_id, *sums) for version_id, place, _owner_id, *sums in rows]
    else:
        rows = keyed(rows, 2, dimension)
    return Closed(groups, list(map(Sum._make, rows)))


def count_clients(
    scope: Scope, periods: Mapping[str, tuple[Period, Split | None]], unrated: Period | None
) -> dict[str, int]:
    """Returns how many distinct clients the deals closed within each period have, by its name.

    As `no_rate`, how many deals closed within `unrated`, if it is given, lack a rate. What is walked for is asked once.
    """
    asked = {name: clients_of(scope, period) for name, (period, parts) in periods.items() if parts is None}
    asked |= {"no_rate": unrated_of(scope, unrated)} if unrated is not None else {}
    if all(parts is None for _period, parts in periods.values()):
        return scope.counts(asked)
    questions = [Select((), [_text(name), question, _text("")]) for name, question in asked.items()]
    for name, (_period, parts) in periods.items():
        questions += _client_questions(scope, name, parts) if parts is not None else []
    return _counted(scope.rows(reduce(add, questions)))


def _client_questions(scope: Scope, name: str, parts: Split) -> list[Any]:
    """Returns the questions for the clients within the parts: as kept sets (number, text), or one by one (id, None)."""
    kept = CLIENTS.select(_text(name), CLIENTS.block, CLIENTS.clients).where(*_within(CLIENTS, scope, parts))
    walked = [clients_between(scope, ends, _text(name), SQL("CAST(NULL AS text)")) for ends in parts.rest]
    return [kept, *walked]


def _counted(rows: Iterable[tuple[str, int, str | None]]) -> dict[str, int]:
    """Returns the numbers of rows by their names: one that was counted (its text is empty), or that of all ids."""
    counts: dict[str, int] = {}
    sets: dict[str, IdSet] = defaultdict(IdSet)
    single: dict[str, list[int]] = defaultdict(list)
    for name, number, text in rows:
        if text is None:
            single[name].append(number)
        elif text:
            sets[name].add_block(number, text)
        else:
            counts[name] = number
    for name, ids in single.items():
        sets[name].add(ids)
    return counts | {name: len(ids) for name, ids in sets.items()}


def _text(value: str) -> Any:
    return Value(value).cast("text")


def _stale(scope: Scope) -> list[int]:
    rows = fields.once("reports.stale", lambda: scope.crm.database.execute_sql(STALE).fetchall())
    return [span for (span,) in rows]


def _within(table: Table, scope: Scope, parts: Split) -> list[Any]:
    """Returns the conditions that keep what a table has of the spans whose sums hold and of the types of the scope."""
    # Behind a plus SQLite seeks no index by span, whose rows it would have to sort.
    span = past_indexes(table.span)
    where = [SQL("1 = 1")]
    where += [span >= parts.first] if parts.first is not None else []
    where += [span < parts.until] if parts.until is not None else []
    where += [span.not_in(parts.without)] if parts.without else []
    return where + ([] if scope.is_of_all_types else [table.version_id << scope.version_ids])
