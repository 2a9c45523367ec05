"""Conditions: a list of {"field", "op", "value"}, all of which must hold, as one SQL expression.

A path through links becomes `link IN (SELECT id … WHERE …)`, so nothing is joined and no row is counted twice. What
a user may not see of a linked record counts as empty.
"""

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any

from peewee import Expression, Value

from core.errors import InvalidInput
from core.fields.operators import NEGATIVE, OPERATORS, is_true, null_of
from core.fields.tree import Entity, Field, Step, entity, resolve
from core.fields.values import read_value
from core.i18n import _
from core.runtime import CRM
from core.users.access import visible_to
from core.users.models import User

MOST_CONDITIONS = 50
KEYS = {"field", "op", "value"}


def condition(crm: CRM, start: Entity, conditions: Sequence[dict], user: User | None, source: Any = None) -> Expression:
    """Returns the expression that keeps the records which meet every condition and which `user` may see.

    `user` None is the system itself and sees everything; `source` is the model or the alias in the query. Raises
    InvalidInput, naming the field, for a field, operator or value that can't be used.
    """
    source = start.model if source is None else source
    if not isinstance(conditions, list | tuple) or len(conditions) > MOST_CONDITIONS:
        raise InvalidInput(_("A filter is a list of at most %(n)s conditions.", n=MOST_CONDITIONS))
    parts = [seen(start, user, source), *(holds(crm, start, one, user, source) for one in conditions)]
    return reduce(and_, [part for part in parts if part is not None], Value(1) == 1)


def seen(start: Entity, user: User | None, source: Any = None) -> Expression | None:
    """Returns the condition of what `user` may see of an entity, or None if that is all of it."""
    source = start.model if source is None else source
    if user is not None and start.seen is not None:
        return start.seen(user, source)
    if user is None or not start.owner or user.role.scope == "all":
        return None
    return visible_to(user, getattr(source, start.owner))


def alive(start: Entity, source: Any = None) -> Expression:
    """Returns the condition that leaves out what lies in the trash."""
    if start.there is not None:
        return start.there(start.model if source is None else source)
    if not start.deleted:
        return Value(1) == 1
    return getattr(start.model if source is None else source, start.deleted).is_null()


def checked(crm: CRM, start: Entity, one: Any) -> tuple[Step, str, Any]:
    """Returns the field, operator and value of one condition; raises InvalidInput for a shape that is wrong."""
    if not isinstance(one, dict) or not set(one) <= KEYS or not {"field", "op"} <= set(one):
        raise InvalidInput(_("A condition has a field, an op and a value, like %(sample)s.", sample=_SAMPLE))
    step = resolve(crm, start, str(one["field"]))
    op = str(one["op"])
    if op not in OPERATORS[step.field.kind]:
        known = ", ".join(OPERATORS[step.field.kind])
        raise InvalidInput(
            _("“%(field)s” has no operator “%(op)s”; use %(known)s.", field=str(step.field.label), op=op, known=known)
        )
    return step, op, one.get("value")


_SAMPLE = '{"field": "name", "op": "contains", "value": "x"}'


def holds(crm: CRM, start: Entity, one: Any, user: User | None, source: Any) -> Expression:
    """Returns the expression that keeps the records which meet a condition, whoever sees them."""
    step, op, value = checked(crm, start, one)
    positive = NEGATIVE.get(op, op)
    operand = read_value(crm, step.field, positive, value, user)
    if step.field.kind == "user" and isinstance(operand, list):
        positive = "in"
    links = (*step.links, step.field) if step.field.reverse else step.links
    if links:
        last = None if step.field.reverse else step.field
        found = _linked(crm, start, links, last, positive, operand, user, source)
        null = None if links[0].reverse else links[0].of(source).is_null()
    else:
        found, null = is_true(crm, step.field, source, positive, operand, user), null_of(step.field, source)
    if op not in NEGATIVE:
        return found
    return ~found if null is None else (~found | null)


def _linked(
    crm: CRM, start: Entity, links: tuple[Field, ...], last: Field | None, op: str, operand: Any, user: Any, source: Any
) -> Expression:
    """Returns `link IN (SELECT …)` for the first link, with the rest of the path inside."""
    link, rest = links[0], links[1:]
    target = entity(crm, link.target)
    inner = target.model.alias()
    if rest:
        found = _linked(crm, target, rest, last, op, operand, user, inner)
    elif last is not None:
        found = is_true(crm, last, inner, op, operand, user)
    else:
        found = _is_among(inner, op, operand)
    visible = seen(target, user, inner)
    where = found if visible is None else found & visible
    if not link.reverse:
        return link.of(source) << inner.select(inner.id).where(where)
    back = getattr(inner, link.reverse)
    return source.id << inner.select(back).where(where, alive(target, inner), back.is_null(False))


def _is_among(inner: Any, op: str, operand: Any) -> Expression:
    """Returns the condition on the records a link to many leads to: all of them, or those with the ids given."""
    if op == "not_empty":
        return Value(1) == 1
    return inner.id << (operand if isinstance(operand, list) else [operand])
