"""What can be asked of each kind of record: its fields, and the links that lead from one record to another.

Every feature describes its entities in `core/<feature>/fields.py`; lists, segments, reports and favourites read them
here. A *path* names a field through links: `owner.team`, `client.region`, `client.properties.size`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from peewee import OP, SQL, Expression, Model, fn
from peewee import Field as Column

from core.errors import InvalidInput
from core.i18n import Text, _
from core.once import once
from core.runtime import CRM
from core.store.database import is_postgres

Choices = Iterable[tuple[Any, Text]]
JSON_PREFIX = "properties."
NUMBER = r"^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$"


@dataclass(frozen=True)
class Members:
    """The table of a many-to-many field: `owner` is its column with our id, `value` its column with the other's."""

    model: type[Model]
    owner: str
    value: str


@dataclass(frozen=True)
class Field:
    """One field of an entity.

    `kind` is text, number, money, date, moment, choice, multichoice, bool, user or link. `expression` is a column, or
    a function that makes the expression from the model (or an alias of it). `target` names the entity that a link
    leads to; `reverse` makes it lead to many: it is the target's column that points back to us. `choices` are pairs,
    or a function that returns them. `members` is the table of a multichoice that is not kept as JSON. `test` replaces
    the operators: it gets (source, op, value, user) and returns an expression. `words(value, user)` says what a value
    means that only links bring; such a field is offered in no chooser. It `leads` if its list holds all that a number
    counted, what lies in the trash and the names of others' records too: then `test` lets pass what the user may know.
    """

    name: str
    label: Text
    kind: str
    expression: Column | Callable[[Any], Any] | None = None
    target: str = ""
    reverse: str = ""
    choices: Choices | Callable[[], Choices] = ()
    members: Members | None = None
    json_key: str = ""
    test: Callable[[Any, str, Any, Any], Any] | None = None
    words: Callable[[str, Any], str] | None = None
    leads: bool = False

    def of(self, source: Any) -> Any:
        """Returns the expression of this field on `source`: the entity's model or an alias of it."""
        if isinstance(self.expression, Column):
            return getattr(source, self.expression.name)
        if self.expression is None:
            return getattr(source, self.name)
        return self.expression(source)

    @property
    def is_link(self) -> bool:
        """Whether the field leads to another entity, so that a path may go on from it."""
        return bool(self.target) and self.kind in ("link", "user")

    def pairs(self) -> list[tuple[Any, Text]]:
        """Returns the choices as (value, label)."""
        found = self.choices() if callable(self.choices) else self.choices
        return list(found)


@dataclass(frozen=True)
class Entity:
    """A kind of record: its model, its fields in order, and who may see which rows.

    `owner` is the column with the responsible user (for `visible_to`), or empty: then everybody sees all of them.
    `title` is the column that names a record; `deleted` the column that says it lies in the trash, or `there(source)`
    the condition of those that don't. `seen(user, source)`, where given, is the condition in place of that of `owner`;
    it may be None for all. `words` says what a name that is ours is called in the reader's language; without it names
    are shown as they were typed.
    """

    name: str
    label: Text
    model: type[Model]
    fields: tuple[Field, ...]
    owner: str = ""
    title: str = "name"
    deleted: str = ""
    seen: Callable[[Any, Any], Any] | None = None
    there: Callable[[Any], Any] | None = None
    words: Callable[[str], str] | None = None
    by_name: Mapping[str, Field] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name: one for one in self.fields})


@dataclass(frozen=True)
class Step:
    """A field found by a path, with the links walked to reach it, in order."""

    entity: Entity
    field: Field
    links: tuple[Field, ...] = ()


def entity(crm: CRM, name: str) -> Entity:
    """Returns the entity of this name; raises InvalidInput for an unknown one."""
    return once(("entity", name), lambda: _build(crm, name))


def _build(crm: CRM, name: str) -> Entity:
    builder = crm.entities.get(name)
    if builder is None:
        raise InvalidInput(
            _("There is no kind of record “%(name)s”. Known: %(known)s.", name=name, known=", ".join(crm.entities))
        )
    if isinstance(builder, str):
        module, function = builder.split(":")
        builder = getattr(import_module(module), function)
    built = builder(crm)
    added = crm.record_fields.get(name)
    return replace(built, fields=(*built.fields, *added)) if added else built


def resolve(crm: CRM, start: Entity, path: str) -> Step:
    """Returns the field that `path` names, beginning at `start`; raises InvalidInput if there is none."""
    here, rest, links = start, path, []
    while True:
        if rest in here.by_name:
            return Step(here, here.by_name[rest], tuple(links))
        head, _dot, rest = rest.partition(".")
        if f"{head}." == JSON_PREFIX:
            key, _dot, rest = rest.partition(".")
            head = JSON_PREFIX + key
        link = here.by_name.get(head)
        if link is None or not link.is_link or not rest:
            raise InvalidInput(
                _("“%(path)s” is no field of %(entity)s; choose one from the list.", path=path, entity=str(start.label))
            )
        links.append(link)
        here = entity(crm, link.target)


def tree(crm: CRM, start: Entity, depth: int = 1) -> list[dict[str, Any]]:
    """Returns the fields for choosing: {path, label, kind, target, children}, links opened `depth` times."""
    return _branch(crm, start, "", depth)


def label_of(crm: CRM, start: Entity, path: str) -> str:
    """Returns what a path is called for people: “Client → Region”."""
    step = resolve(crm, start, path)
    return " → ".join(str(one.label) for one in (*step.links, step.field))


def among(column: Any, ids: Iterable[int]) -> Expression:
    """Returns `column IN (1, 2, …)` of whole numbers: written out, since binding each takes longer than the query."""
    return Expression(column, OP.IN, SQL(f"({', '.join(str(int(one)) for one in ids) or 'NULL'})"))


def literal(text: str) -> SQL:
    """Returns a text of ours as SQL for PostgreSQL, which takes equal expressions for one only if nothing is bound."""
    quoted = text.replace("'", "''").replace("%", "%%")
    return SQL(f"'{quoted}'")


def property_field(model: type[Model], key: str, label: Text, kind: str, choices: Choices = ()) -> Field:
    """Returns the field of a custom property, kept in the model's JSON column `properties` under `key`.

    Numbers are JSON numbers, money a decimal string, dates ISO text, a user an id, a multichoice a list.
    """
    target = "user" if kind == "user" else ""
    return Field(
        JSON_PREFIX + key,
        label,
        kind,
        lambda source: _json_value(source, key, kind, is_postgres(model._meta.database.obj)),
        target=target,
        choices=choices,
        json_key=key,
    )


def _json_value(source: Any, key: str, kind: str, on_postgres: bool) -> Any:
    """Returns the value under `key` as SQL of the kind's type; what doesn't fit the kind counts as empty."""
    column = source.properties
    if not on_postgres:
        found = fn.json_extract(column, f'$."{key}"', coerce=False)
        return found.cast("REAL") if kind in ("number", "money") else found
    text = fn.jsonb_extract_path_text(column, literal(key), coerce=False)
    if kind in ("number", "money", "user"):
        return fn.substring(text, literal(NUMBER), coerce=False).cast("numeric")
    return text == literal("true") if kind == "bool" else text


def _branch(crm: CRM, here: Entity, prefix: str, depth: int) -> list[dict[str, Any]]:
    nodes = []
    for one in here.fields:
        node: dict[str, Any] = {"path": prefix + one.name, "label": str(one.label), "kind": one.kind}
        if one.is_link:
            node["target"] = one.target
            if depth > 0 and one.target in crm.entities:
                target = entity(crm, one.target)
                node["children"] = _branch(crm, target, f"{prefix}{one.name}.", depth - 1)
        nodes.append(node)
    return nodes
