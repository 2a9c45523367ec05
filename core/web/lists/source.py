"""What a list reads: which records match, how many, in what order, and their values for the chosen columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from peewee import Case, Expression, ModelSelect

from core.errors import InvalidInput
from core.fields import Entity, Joins, Mark, alive, among, condition, entity, led_to, marks_of, read, resolve, seen
from core.i18n import _
from core.runtime import CRM
from core.users.models import User
from core.web.lists.definition import LIST, ListPage
from core.web.lists.state import COUNTED, DEEPEST, PAGE, State

# The most records that one action changes: more would keep others from writing for too long.
MOST_CHOSEN = 10_000


@dataclass(frozen=True)
class Found:
    """The ids of a page in order, and how many records match; `is_more` says that counting stopped there."""

    ids: list[int]
    count: int
    is_more: bool = False


@dataclass
class Source:
    """The records of a list in one state, as one user sees them."""

    crm: CRM
    list_page: ListPage
    state: State
    user: User

    @cached_property
    def entity(self) -> Entity:
        """The kind of record."""
        return entity(self.crm, self.list_page.entity)

    @cached_property
    def where(self) -> Expression:
        """What keeps the matching records; raises InvalidInput for a condition that can't be used."""
        found = alive(self.entity) & condition(self.crm, self.entity, self.state.conditions, self.user)
        return found & self.list_page.search(self.entity.model, self.state.q) if self.state.q else found

    @cached_property
    def led(self) -> Expression | None:
        """What keeps all that a number led to, in the trash or others' too; None where the reader asked for more."""
        if self.state.q or self.state.groups or self.state.view != LIST.key:
            return None
        return led_to(self.crm, self.entity, self.state.conditions, self.user)

    def marks(self, ids: Sequence[int]) -> dict[int, Mark]:
        """Returns what is said of those of the records that are here only because a number led to them."""
        return {} if self.led is None else marks_of(self.entity, ids, self.user)

    @cached_property
    def found(self) -> Found:
        """The ids of the page and how many records match, both found with the least reading.

        A search or filter reads much to find a page; it is asked once, for all that is counted. Without one the page
        comes from an index, and counting stops early.
        """
        offset = (self.state.page - 1) * PAGE
        if self.state.q or self.state.conditions:
            most = max(COUNTED, offset + PAGE)
            ids = self._ids(most + 1, 0)
            return Found(ids[offset : offset + PAGE], min(len(ids), most), is_more=len(ids) > most)
        ids = self._ids(PAGE + 1, offset)
        if len(ids) <= PAGE and (ids or not offset):
            return Found(ids, offset + len(ids))
        return Found(ids[:PAGE], *self.count())

    def _ids(self, limit: int, offset: int) -> list[int]:
        # Rows of the bare cursor: peewee's take longer to come than their reading.
        return [row[0] for row in self.crm.database.execute(self.ordered().limit(limit).offset(offset))]

    def ordered(self) -> ModelSelect:
        """Returns the query of the matching ids in the order of the state."""
        model = self.entity.model
        query = model.select(model.id).where(self.where if self.led is None else self.led)
        sort = self.state.sort or self.list_page.sort or "-id"
        path, is_falling = sort.removeprefix("-"), sort.startswith("-")
        if path == "id":
            return query.order_by(model.id.desc() if is_falling else model.id)
        if column := self.list_page.sorts.get(path):
            expression = getattr(model, column)
        else:
            joins = Joins(self.crm, self.entity, query, self.user)
            expression = _sortable(self, joins, path)
            query = joins.query
        if self.led is not None and path != self.list_page.title_column:
            expression = self._as_seen(expression)
        nulls = None if path in self.list_page.sorts else "last"
        ordering = expression.desc(nulls=nulls) if is_falling else expression.asc(nulls=nulls)
        return query.order_by(ordering, model.id.desc() if is_falling else model.id)

    def _as_seen(self, expression: Any) -> Any:
        """Returns what to sort by, empty for records known by their names alone: their order would tell."""
        visible = seen(self.entity, self.user)
        return expression if visible is None else Case(None, [(visible, expression)])

    def count(self) -> tuple[int, bool]:
        """Returns how many records match, and whether there are more: counting stops at DEEPEST."""
        model = self.entity.model
        where = self.where if self.led is None else self.led
        count = model.select(model.id).where(where).limit(DEEPEST + 1).count()
        return min(count, DEEPEST), count > DEEPEST

    def chosen_ids(self, ids: list[int], *, is_all: bool) -> list[int]:
        """Returns those of the ids, or of all that match, which the user may see; raises InvalidInput for too many."""
        model = self.entity.model
        where = self.where
        if not is_all:
            where = alive(self.entity) & condition(self.crm, self.entity, (), self.user) & among(model.id, ids)
        found = [row[0] for row in model.select(model.id).where(where).limit(MOST_CHOSEN + 1).tuples()]
        if len(found) > MOST_CHOSEN:
            raise InvalidInput(_("At most %(n)s records can be changed at once; narrow the search.", n=MOST_CHOSEN))
        if not found:
            raise InvalidInput(_("Choose at least one record first."))
        return found

    def values(self, ids: list[int], columns: tuple[str, ...]) -> dict[int, dict[str, Any]]:
        """Returns the values of the columns, and of the currencies they need, by record."""
        needed = dict.fromkeys(
            (*columns, *(self.list_page.money[path] for path in columns if path in self.list_page.money))
        )
        found = read(self.crm, self.entity, list(needed), ids, self.user)
        for one, mark in self.marks(ids).items():
            if mark.is_name_only and one in found:
                found[one] = {path: found[one][path] if path == self.entity.title else None for path in needed}
        return found


def _sortable(source: Source, joins: Joins, path: str) -> Any:
    """Returns what to sort by: the name of a linked record instead of its id."""
    step = resolve(source.crm, source.entity, path)
    if step.field.kind == "multichoice" or step.field.reverse or step.field.test:
        raise InvalidInput(_("The list can't be sorted by “%(field)s”.", field=str(step.field.label)))
    if step.field.is_link and not step.field.json_key:
        target = entity(source.crm, step.field.target)
        return getattr(joins.source_of((*step.links, step.field)), target.title)
    return joins.expression(step)
