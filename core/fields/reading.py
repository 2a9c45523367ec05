"""Reads values of any fields of some records at once: one query for all that lies in rows, one for each many-to-many.

Lists, exports and boards choose what to show by paths; this is where the paths become values.
"""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from peewee import JOIN, ModelSelect

from core.fields.conditions import seen
from core.fields.tree import Entity, Field, Step, among, entity, resolve
from core.runtime import CRM
from core.users.models import User


class Joins:
    """Adds to a query the joins that paths through links need, each link once."""

    def __init__(self, crm: CRM, start: Entity, query: ModelSelect, user: User | None, source: Any = None) -> None:
        self.crm, self.start, self.query, self.user = crm, start, query, user
        self._joined: dict[tuple[str, ...], Any] = {(): start.model if source is None else source}

    def source_of(self, links: Sequence[Field]) -> Any:
        """Returns the model or alias at the end of the links, joined to the query."""
        names = tuple(link.name for link in links)
        if names not in self._joined:
            here, link = self.source_of(links[:-1]), links[-1]
            target = entity(self.crm, link.target)
            there = target.model.alias()
            joined, visible = link.of(here) == there.id, seen(target, self.user, there)
            on = joined if visible is None else joined & visible
            self.query = self.query.join_from(here, there, JOIN.LEFT_OUTER, on=on)
            self._joined[names] = there
        return self._joined[names]

    def expression(self, step: Step) -> Any:
        """Returns the expression of a field, joined to the query."""
        return step.field.of(self.source_of(step.links))


def read(
    crm: CRM, start: Entity, paths: Sequence[str], ids: Sequence[int], user: User | None
) -> dict[int, dict[str, Any]]:
    """Returns {id: {path: value}} of records, as Python values: links and users as ids, a multichoice as a list."""
    steps = {path: resolve(crm, start, path) for path in paths}
    plain = {path: step for path, step in steps.items() if step.field.members is None}
    query = start.model.select(start.model.id).where(among(start.model.id, ids))
    joins = Joins(crm, start, query, user)
    columns = [joins.expression(step) for step in plain.values()]
    rows = joins.query.select_extend(*columns).tuples() if ids else ()
    kinds = [step.field for step in plain.values()]
    found = {
        row[0]: {path: _typed(field, value) for path, field, value in zip(plain, kinds, row[1:], strict=True)}
        for row in rows
    }
    for path, step in steps.items():
        if step.field.members is not None:
            for one, values in _members(step, found).items():
                found[one][path] = values
    return found


def _members(step: Step, found: Iterable[int]) -> dict[int, list[Any]]:
    members = step.field.members
    if members is None or step.links:
        return {one: [] for one in found}
    owner, value = getattr(members.model, members.owner), getattr(members.model, members.value)
    values: dict[int, list[Any]] = {one: [] for one in found}
    for one, held in members.model.select(owner, value).where(among(owner, values)).order_by(value).tuples():
        values[one].append(held)
    return values


def _typed(field: Field, value: Any) -> Any:
    """Returns a value of JSON as its kind has it; the database has already typed all others."""
    if not field.json_key or value is None:
        return value
    if field.kind == "multichoice":
        return json.loads(value) if isinstance(value, str) else value
    if field.kind == "money":
        return Decimal(str(value))
    if field.kind == "number":
        return int(value) if value == int(value) else float(value)
    if field.kind == "user":
        return int(value)
    return bool(value) if field.kind == "bool" else value
