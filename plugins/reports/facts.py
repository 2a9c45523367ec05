"""Asks the database for grouped counts of deals: what every funnel is made of.

One GROUP BY a question, along a covering index; the sums come back as the database's integers. Everything passes
`visible_to`. `docs/performance.md` holds the same questions written by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import SQL, Case, Expression, NodeList, Select, fn

from core.api import CRM, User, to_microseconds, visible_to
from plugins.reports.dimensions import Dimension
from plugins.reports.funnel import closed, open
from plugins.reports.periods import Period
from plugins.reports.tables import CLIENT, DEAL, SPAN

# What a period must hold of all closed days so that one walk along the whole index beats sorting a part of it.
LARGE_SHARE = 0.15
EVERYWHERE = 1 << 20


@dataclass(frozen=True)
class Facts:
    """The deals that one user may see (None: the system itself, all) of some types, under some conditions."""

    crm: CRM
    user: User | None
    type_ids: tuple[int, ...]
    version_ids: tuple[int, ...]
    conditions: Sequence[Expression] = ()

    def closed_groups(self, period: Period, dimension: Dimension | None, counting: str) -> list[closed.Group]:
        """Returns the deals closed within the period, grouped by version, outcome, place, places stood at, and key."""
        if dimension is None and counting != closed.FURTHEST and self._is_large(period):
            return self._whole_groups(period)
        place = DEAL.furthest if counting == closed.FURTHEST else DEAL.place
        columns = [DEAL.version_id, *_column(dimension, DEAL), place, DEAL.state, DEAL.stood_at]
        query = self._closed(DEAL.select(*columns, *_sums()), period, dimension).group_by(*_positions(columns))
        rows = self._rows(query)
        if dimension is None:
            return [closed.Group(v, state, place, stood, None, *sums) for v, place, state, stood, *sums in rows]
        key = dimension.key
        return [closed.Group(v, state, place, stood, key(raw), *sums) for v, raw, place, state, stood, *sums in rows]

    def count_clients(self, period: Period) -> int:
        """Returns how many distinct clients the deals closed within the period have."""
        each = self._closed(DEAL.select(SQL("1")), period, None).group_by(DEAL.client_id)
        return self._rows(Select((each.alias("c"),), (fn.COUNT(SQL("*")),)))[0][0]

    def clients_by(self, period: Period, dimension: Dimension) -> dict[Any, int]:
        """Returns the distinct clients of each key; they overlap."""
        seen: dict[Any, set[int]] = {}
        columns = [*_column(dimension, DEAL), DEAL.client_id]
        query = self._closed(DEAL.select(*columns), period, dimension).group_by(*_positions(columns))
        for raw, client_id in self._rows(query):
            seen.setdefault(dimension.key(raw), set()).add(client_id)
        return {key: len(clients) for key, clients in seen.items()}

    def client_places(self, period: Period, dimension: Dimension | None, counting: str) -> list[tuple]:
        """Returns (version, key, client, place they ended at, places stood at) of the closed deals."""
        place = DEAL.furthest if counting == closed.FURTHEST else DEAL.place
        end = Case(None, [(DEAL.state == closed.WON, EVERYWHERE)], fn.COALESCE(place, 0))
        columns = [DEAL.version_id, *_column(dimension, DEAL), DEAL.client_id, end, DEAL.stood_at]
        query = self._closed(DEAL.select(*columns), period, dimension).group_by(*_positions(columns))
        if dimension is None:
            return [(version, None, *rest) for version, *rest in self._rows(query)]
        return [(version, dimension.key(raw), *rest) for version, raw, *rest in self._rows(query)]

    def open_groups(self, at: datetime | None, dimension: Dimension | None) -> list[open.Group]:
        """Returns the deals open at a moment (None: now), grouped by version, place, whether on hold, and key."""
        source = DEAL if at is None else SPAN
        columns = [DEAL.version_id, *_column(dimension, source), source.place, self._hold(at)]
        sums = (fn.COUNT(SQL("*")), fn.COUNT(source.potential_base), _total(source.potential_base))
        rows = self._rows(self._open([*columns, *sums], at, dimension).group_by(*_positions(columns)))
        if dimension is None:
            return [open.Group(v, place, bool(held), None, n, priced, s) for v, place, held, n, priced, s in rows]
        key = dimension.key
        return [open.Group(v, place, bool(held), key(raw), n, priced, s) for v, raw, place, held, n, priced, s in rows]

    def open_clients(self, at: datetime | None, dimension: Dimension | None) -> list[tuple[int, Any, int | None, int]]:
        """Returns the distinct (version, key, place, client) of the deals open at a moment, those on hold left out."""
        source = DEAL if at is None else SPAN
        columns = [DEAL.version_id, *_column(dimension, source), source.place, DEAL.client_id]
        query = self._open(columns, at, dimension).where(~self._hold(at)).group_by(*_positions(columns))
        if dimension is None:
            return [(version, None, place, client) for version, place, client in self._rows(query)]
        return [(version, dimension.key(raw), place, client) for version, raw, place, client in self._rows(query)]

    def used_versions(self) -> set[int]:
        """Returns the versions that some deal has, whatever its state."""
        return {row[0] for row in self._rows(DEAL.select(DEAL.version_id).distinct())}

    def span(self, column: str = "closed_at") -> tuple[int, int] | None:
        """Returns the first and last moment in a column of the deals, or None when there is none."""
        moment = getattr(DEAL, column)
        first, last = self._rows(DEAL.select(fn.MIN(moment), fn.MAX(moment)).where(DEAL.deleted_at.is_null()))[0]
        return None if first is None else (first, last)

    def _whole_groups(self, period: Period) -> list[closed.Group]:
        # Grouped in the index's own order, owner included, nothing has to be sorted; the few groups are then added up.
        columns = [DEAL.version_id, DEAL.owner_id, DEAL.place, DEAL.state, DEAL.stood_at]
        named = [column.alias(name) for column, name in zip(_sums(), ("n", "p", "s", "a"), strict=True)]
        inner = self._closed(DEAL.select(*columns, *named), period, None, is_large=True).group_by(*_positions(columns))
        outer = ("version_id", "state", "place", "stood_at")
        picked = [SQL(name) for name in outer] + [_total(SQL(name)) for name in ("n", "p", "s", "a")]
        query = Select((inner.alias("g"),), picked).group_by(*(SQL(name) for name in outer))
        return [
            closed.Group(v, state, place, stood, None, *sums) for v, state, place, stood, *sums in self._rows(query)
        ]

    def _closed(self, query: Any, period: Period, dimension: Dimension | None, *, is_large: bool = False) -> Any:
        closed_at, type_ids = DEAL.closed_at, DEAL.deal_type_id.in_(self.type_ids)
        if is_large or not (period.first or period.until):
            # The plus keeps SQLite from the index by time, whose rows it would have to sort; types go by version there.
            closed_at = NodeList((SQL("+"), closed_at), glue="")
            type_ids = DEAL.version_id.in_(self.version_ids)
        where = [DEAL.closed_at.is_null(False), DEAL.deleted_at.is_null(), type_ids]
        if period.first:
            where.append(closed_at >= self._moment(period.first))
        if period.until:
            where.append(closed_at < self._moment(period.until))
        return self._joined(query, dimension).where(*where, *self._allowed(DEAL), *self.conditions)

    def _open(self, columns: list, at: datetime | None, dimension: Dimension | None) -> Any:
        if at is None:
            query = DEAL.select(*columns)
            where = [DEAL.state == "open"]
        else:
            moment = to_microseconds(at)
            query = SPAN.select(*columns).join(DEAL, on=(DEAL.id == SPAN.deal_id))
            where = [SPAN.from_at <= moment, SPAN.to_at.is_null() | (SPAN.to_at > moment)]
        where += [DEAL.deleted_at.is_null(), DEAL.version_id.in_(self.version_ids)]
        source = DEAL if at is None else SPAN
        return self._joined(query, dimension).where(*where, *self._allowed(source), *self.conditions)

    def _joined(self, query: Any, dimension: Dimension | None) -> Any:
        if dimension is not None and dimension.needs_client:
            return query.join(CLIENT, on=(CLIENT.id == DEAL.client_id))
        return query

    def _allowed(self, source: Any) -> list[Expression]:
        return [] if self.user is None or self.user.role.scope == "all" else [visible_to(self.user, source.owner_id)]

    def _hold(self, at: datetime | None) -> Any:
        if at is not None:
            return SPAN.is_on_hold
        return DEAL.on_hold_until.is_null(False)

    def _is_large(self, period: Period) -> bool:
        if not (period.first and period.until):
            return True
        span = self.span()
        if span is None:
            return False
        share = (self._moment(period.until) - self._moment(period.first)) / max(span[1] - span[0], 1)
        return share > LARGE_SHARE

    def _moment(self, day: Any) -> int:
        return to_microseconds(self.crm.day_start(day))

    def _rows(self, query: Any) -> list[tuple]:
        return self.crm.database.execute(query).fetchall()


def _column(dimension: Dimension | None, source: Any) -> list:
    return [] if dimension is None else [dimension.column(source)]


def _sums() -> tuple:
    return (
        fn.COUNT(SQL("*")),
        fn.COUNT(DEAL.potential_base),
        _total(DEAL.potential_base),
        _total(DEAL.amount_base),
    )


def _positions(columns: list) -> list[SQL]:
    return [SQL(str(place)) for place in range(1, len(columns) + 1)]


def _total(column: Any) -> Any:
    return fn.SUM(column).cast("bigint")  # PostgreSQL's sum of bigint is a slow decimal
