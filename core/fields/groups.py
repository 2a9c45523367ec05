"""Grouping: the SQL of a group's key, through links if the path leads there, and the condition that opens a group."""

from datetime import date, timedelta
from typing import Any

from peewee import JOIN, ModelSelect, fn

from core.errors import InvalidInput
from core.fields.periods import PARTS, bucket, next_first_day
from core.fields.reading import Joins
from core.fields.tree import Entity, Step, literal, resolve
from core.i18n import _
from core.runtime import CRM
from core.users.models import User

DEFAULT_PART = "month"


def split_part(path: str) -> tuple[str, str]:
    """Returns the path and the part of time of a grouping such as `opened_at:month`; the part may be empty."""
    bare, _colon, part = path.partition(":")
    if part and part not in PARTS:
        raise InvalidInput(_("Dates are grouped by %(known)s, not by “%(part)s”.", known=", ".join(PARTS), part=part))
    return bare, part


def group_field(crm: CRM, start: Entity, path: str) -> tuple[Step, str]:
    """Returns the field that a grouping names and its part of time; raises InvalidInput if it can't be grouped by."""
    bare, part = split_part(path)
    step = resolve(crm, start, bare)
    is_time = step.field.kind in ("date", "moment")
    is_listed = step.field.kind == "multichoice" and step.field.members is None
    if (
        is_listed
        or step.field.test
        or any(link.reverse for link in (*step.links, step.field))
        or (part and not is_time)
    ):
        raise InvalidInput(_("Records can't be grouped by “%(field)s”.", field=str(step.field.label)))
    return step, (part or DEFAULT_PART) if is_time else ""


def group_expression(
    crm: CRM, start: Entity, path: str, query: ModelSelect, user: User | None = None, source: Any = None
) -> tuple[ModelSelect, Any]:
    """Returns the query, with the joins that the path needs, and the expression of the group's key.

    Keys: the value itself, an id for users and links, the first day (ISO text) for a part of time, None where there
    is no value. Select the key first and group by SQL("1"): for PostgreSQL two expressions with bound values differ.
    Grouping by a multichoice counts a record once for each of its choices.
    """
    step, part = group_field(crm, start, path)
    joins = Joins(crm, start, query, user, source)
    here = joins.source_of(step.links)
    query = joins.query
    if step.field.members is not None:
        members = step.field.members
        table = members.model.alias()
        query = query.join_from(here, table, JOIN.LEFT_OUTER, on=getattr(table, members.owner) == here.id)
        return query, getattr(table, members.value)
    column = step.field.of(here)
    if part:
        return query, bucket(crm, part, column, is_moment=step.field.kind == "moment")
    if step.field.kind in ("text", "choice"):
        return query, fn.NULLIF(column, literal(""), coerce=False)
    return query, column


def group_condition(crm: CRM, start: Entity, path: str, key: Any) -> dict[str, Any]:
    """Returns the condition that keeps exactly the records of one group."""
    step, part = group_field(crm, start, path)
    bare, _part = split_part(path)
    if key is None or key == "":
        return {"field": bare, "op": "empty"}
    if part:
        first = date.fromisoformat(key)
        return {"field": bare, "op": "between", "value": [key, str(next_first_day(part, first) - timedelta(days=1))]}
    return {"field": bare, "op": "equal", "value": key}
