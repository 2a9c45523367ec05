"""What a REST resource is: its schema, the rows that a user sees, and how lists of it are filtered and ordered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields
from peewee import Expression, Model, ModelSelect

from core.fields import Entity, Field, entity
from core.runtime import CRM
from core.users.models import User
from core.web.context import crm

SchemaSource = type[Schema] | Callable[[CRM], type[Schema]]
_KINDS: tuple[tuple[type[fields.Field], str], ...] = (
    (fields.Boolean, "bool"),
    (fields.Integer, "number"),
    (fields.AwareDateTime, "moment"),
    (fields.Date, "date"),
    (fields.String, "text"),
)


class Live:
    """A schema that is made anew when it is needed, since properties may have joined it meanwhile."""

    def __init__(self, source: SchemaSource, *, partial: bool = False, leave_out: Sequence[str] = ()) -> None:
        self.source = source
        self.partial = partial
        self.leave_out = tuple(leave_out)

    def __call__(self, _request: Any = None) -> Schema:
        """Returns an instance of the schema as it is now."""
        made = schema_class(self.source)
        return made(partial=self.partial or None, exclude=self.leave_out)


@dataclass(frozen=True, eq=False)
class Resource:
    """A kind of record as the REST API shows it.

    `visible` is the query of the rows that a user may see. `entity` names what filters may ask of it (see
    `core.fields`); without one, the plain columns of the schema are asked. `search` turns the text of `q` into a
    condition. `sorts` adds to the columns that lists are ordered by, `order` is the order when none is asked for.
    `more` adds what is no column, for many records at once; with `single`, which names these fields, it is asked only
    when one record is shown.
    """

    name: str
    model: type[Model]
    schema: SchemaSource
    visible: Callable[[User], ModelSelect]
    entity: str = ""
    search: Callable[[str], Expression] | None = None
    sorts: Mapping[str, Any] = field(default_factory=dict)
    order: str = "id"
    more: Callable[[Sequence[Any]], dict[int, dict[str, Any]]] | None = None
    single: tuple[str, ...] = ()

    def schema_now(self) -> type[Schema]:
        """Returns the schema's class as it is now."""
        return schema_class(self.schema)

    def entity_now(self) -> Entity:
        """Returns what filters may ask of the resource."""
        if self.entity:
            return entity(crm(), self.entity)
        asked = []
        for name, column in columns_of(self.schema_now(), self.model).items():
            kind = next(
                (word for kind, word in _KINDS if isinstance(self.schema_now()._declared_fields[name], kind)), ""
            )
            if kind:
                asked.append(Field(name, name, kind, column))
        return Entity(self.name, self.name, self.model, tuple(asked))

    def sort_columns(self, schema: type[Schema]) -> dict[str, Any]:
        """Returns the columns that a list may be ordered by, by name."""
        return {**columns_of(schema, self.model), **self.sorts}


def schema_class(source: SchemaSource) -> type[Schema]:
    """Returns the class of a schema that is given as one, or as a function of the instance.

    What a function made is kept until a property changes: to make it anew takes longer than to answer with it.
    """
    if isinstance(source, type):
        return source
    state = repr(crm().database.execute_sql("SELECT * FROM core_property ORDER BY id").fetchall())
    made = _made.get(state)
    if made is None:
        # All of another state go at once: one may be built upon another.
        _made.clear()
        made = _made[state] = {}
    if source not in made:
        made[source] = source(crm())
    return made[source]


_made: dict[str, dict[Callable, type[Schema]]] = {}


@lru_cache(maxsize=100)
def columns_of(schema: type[Schema], model: type[Model]) -> dict[str, Any]:
    """Returns the model's columns behind the fields of a schema, by the field's name; others have none."""
    combined = model._meta.combined
    return {
        name: combined[one.attribute or name]
        for name, one in schema._declared_fields.items()
        if (one.attribute or name) in combined and not isinstance(one, fields.Nested)
    }
