"""The deals that stood in the open funnel at a past moment, as a condition on the list of deals."""

from collections.abc import Mapping
from typing import Any

from peewee import Expression

from core.api import CRM, Deal, User, bulk, lazy
from plugins.reports.dimensions import Dimension, find_dimension
from plugins.reports.facts import Scope
from plugins.reports.funnel.common import bounded_period, make_scope
from plugins.reports.funnel.open_facts import standing
from plugins.reports.funnel.types import load_ladders
from plugins.reports.history.behind import Behind
from plugins.reports.settings.parameters import Settings
from plugins.reports.settings.periods import Period

TITLE = lazy("Open deals as of")


def stood_then(
    crm: CRM, user: User | None, settings: Settings, at: int, cell: Mapping[str, str], source: Any
) -> Expression:
    """Returns the condition that a deal stood open at a moment: `cell` may name its type, its stage and its key.

    Those on hold are left out, unless the cell is of them.
    """
    scope = make_scope(crm, user, settings, load_ladders(crm)[0])
    query, then = standing(scope, bulk.from_microseconds(at))
    query = query.where(then.is_on_hold if "held" in cell else ~then.is_on_hold)
    if "type" in cell:
        stage = then.stage_id == int(cell["stage"]) if cell["stage"] else then.stage_id.is_null()
        query = query.where(Deal.deal_type << type_ids(cell), stage)
    if "key" in cell:
        # A number of the matrix is of what stands in its columns.
        by = cell.get("by") or settings.by
        period = bounded_period(crm, scope, by, Period(), "opened_at")
        dimension = find_dimension(crm, user, by, period, "opened_at")
        if dimension is None:
            raise KeyError("by")
        query, key = dimension.apply(query, then)
        query = of_key(scope, dimension, query, key, cell["key"])
    return source.id << query


def type_ids(cell: Mapping[str, str]) -> list[int]:
    """Returns the types of a cell: several where they are joined."""
    return [int(text) for text in cell["type"].split(",")]


def of_key(scope: Scope, dimension: Dimension, query: Any, key: Any, wanted: str) -> Any:
    """Returns the query of those whose key is written so: several values of the database may share a key."""
    raws = [raw for (raw,) in scope.rows(query.select(key).distinct()) if as_text(dimension.key(raw)) == wanted]
    found = [key << [raw for raw in raws if raw is not None]] if any(raw is not None for raw in raws) else []
    found += [key.is_null()] if None in raws else []
    if not found:
        return query.where(key.is_null() & key.is_null(is_null=False))
    return query.where(found[0] if len(found) == 1 else found[0] | found[1])


def as_text(key: Any) -> str:
    """Returns a key as a cell of a link writes it."""
    return "" if key is None else str(key)


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    return stood_then(crm, user, settings, int(cell["at"]), cell, source)


BEHIND = Behind(_find, lambda _cell: str(TITLE), of_past=True, moment="at")
