"""Visits that ended within a period, and deals as they were when they left a stage or were won.

What is asked for most is told by visits alone: whose, of which version, and what became of their deals.
"""

from typing import Any

from core.api import Closing, Deal, StageVisit, bulk
from plugins.reports.dimensions import Dimension
from plugins.reports.facts import Scope
from plugins.reports.funnel.closed_facts import past_indexes
from plugins.reports.settings.periods import Period

OF_PEOPLE = ("", "owner", "manager", "team", "owner.team")
# The share of all time from which on a walk along all visits in the order of groups beats sorting a part (SQLite).
LARGE_SHARE = 0.07


class AsLeft:
    """A deal as it was when it left a stage: owner and potential of that time, all else as it is."""

    left_at = StageVisit.left_at
    potential_base = StageVisit.potential_base

    def __getattr__(self, name: str) -> Any:
        return StageVisit.responsible_id if name in ("owner", "owner_id") else getattr(Deal, name)


class AsWon(AsLeft):
    """A deal without stages as it was when it was won, in the words of `AsLeft`."""

    left_at = Closing.closed_at
    potential_base = Closing.potential_base

    def __getattr__(self, name: str) -> Any:
        return Closing.owner_id if name in ("owner", "owner_id") else getattr(Deal, name)


def needs_deals(scope: Scope, dimension: Dimension | None) -> bool:
    """Tells whether visits alone don't tell whose deals are meant, or by what they part."""
    return not scope.is_whole or (dimension is not None and dimension.name not in OF_PEOPLE)


def visits_within(scope: Scope, period: Period, *, is_joined: bool, is_grouped: bool = False) -> Any:
    """Returns the query of the visits of the scope that ended within the period, with their deals if need be.

    `is_grouped` tells that they are counted by groups in the order of an index: over a long period that is quicker than
    to sort them, as SQLite would.
    """
    left_at = StageVisit.left_at
    query = StageVisit.select(StageVisit.id).where(StageVisit.deal_state.is_null(is_null=False))
    if is_joined:
        query = query.join(Deal).where(*scope.where(AsLeft()))
    if not scope.is_of_all_types:
        query = query.where(past_indexes(StageVisit.version_id) << scope.version_ids)
    if is_grouped and not bulk.is_postgres(scope.crm.database) and _is_large(scope, period):
        left_at = past_indexes(left_at)
    return query.where(within_period(scope, period, left_at))


def within(scope: Scope, period: Period, query: Any, source: Any) -> Any:
    """Returns the query of the deals of the scope that left within the period, as `source` tells when."""
    known = (Deal.deleted_at.is_null(), Deal.version_id << scope.version_ids)
    return query.where(*known, within_period(scope, period, source.left_at), *scope.where(source))


def within_period(scope: Scope, period: Period, moment: Any) -> Any:
    """Returns the condition that a moment is known and lies within the period."""
    found = moment.is_null(is_null=False)
    if period.first:
        found &= moment >= scope.moment(period.first)
    if period.until:
        found &= moment < scope.moment(period.until)
    return found


def _is_large(scope: Scope, period: Period) -> bool:
    first, until = scope.ends(period)
    span = scope.closed_span
    if span is None:
        return False
    first, until = span[0] if first is None else first, span[1] if until is None else until
    return (until - first) / max(span[1] - span[0], 1) > LARGE_SHARE
