"""How far a reader's eye reaches beyond the lists: the one rule of names, and what a number leads to.

A record is read by whom `visible_to` lets. Its *name* is also read wherever a record that bears it may be: whoever sees
a deal sees what its client is called, in lists, groups, files and reports. No more of it than that: filters, orders and
groupings by what lies behind the link count as empty (`conditions`, `reading`), choices to pick from are the reader's
own (`options`), and a condition that names a record by its number says the name only by this rule (`describe`).

A number counts what stood, and for whom: a field whose value only links bring (`Field.leads`) opens what was counted.
So its list also holds what lies in the trash since, and, by their names alone, records of others that the reader's own
bear. That is for looking: nothing is done to them, and any further filter, search or grouping leaves them out.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

from peewee import Expression, Value

from core.errors import InvalidInput
from core.fields.conditions import checked, holds, seen
from core.fields.tree import Entity, Step, among, entity
from core.runtime import CRM
from core.users.models import User


class Mark(NamedTuple):
    """What is said of a record beside others of a list: that it lies in the trash, or is known by its name alone."""

    is_deleted: bool
    is_name_only: bool


def is_led(crm: CRM, start: Entity, conditions: Sequence[dict]) -> bool:
    """Tells whether the conditions are those of a number alone; wrong ones are not.

    Nor is what no number asks: for all that it did *not* count, or for what a linked record led to. The test of a field
    lets pass what the reader may know, so that only its plain yes may stand without `seen`.
    """
    try:
        asked = [checked(crm, start, one) for one in conditions]
    except InvalidInput:
        return False
    return bool(asked) and all(step.field.leads and not step.links and op == "equal" for step, op, _value in asked)


def led_to(crm: CRM, start: Entity, conditions: Sequence[dict], user: User | None) -> Expression | None:
    """Returns the condition of all that a number leads to, None where the conditions are not just a number's."""
    if not is_led(crm, start, conditions):
        return None
    return reduce(and_, [holds(crm, start, one, user, start.model) for one in conditions])


def marks_of(start: Entity, ids: Sequence[int], user: User | None) -> dict[int, Mark]:
    """Returns what is to be said of those of the records that a list of the reader would not hold, by one query."""
    model, visible = start.model, seen(start, user)
    is_seen = (Value(1) == 1) if visible is None else visible
    deleted = getattr(model, start.deleted).is_null(False) if start.deleted else Value(1) == 0
    rows = model.select(model.id, deleted, is_seen).where(among(model.id, ids)).tuples() if ids else ()
    found = {one: Mark(bool(is_deleted), not is_seen) for one, is_deleted, is_seen in rows}
    return {one: mark for one, mark in found.items() if any(mark)}


def nameable(crm: CRM, step: Step, ids: Iterable[int], user: User | None) -> set[int]:
    """Returns those of the records that a field links to, whose names the reader may read."""
    wanted = set(ids)
    target = entity(crm, step.field.target)
    if not wanted or (visible := seen(target, user)) is None:
        return wanted
    key = target.model.id
    found = {one for (one,) in target.model.select(key).where(among(key, wanted), visible).tuples()}
    if step.field.reverse or not (others := wanted - found):
        return found
    link, borne = step.field.of(step.entity.model), seen(step.entity, user)
    query = step.entity.model.select(link).where(among(link, others)).distinct()
    return found | {one for (one,) in (query if borne is None else query.where(borne)).tuples()}
