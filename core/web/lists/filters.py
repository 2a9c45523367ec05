"""Choosing a filter: the tree of fields, the form of one field, and the condition that the form means."""

from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from core.fields import Entity, entity, operator_label, options, resolve, tree
from core.fields.operators import OPERATORS, WITHOUT_VALUE
from core.fields.periods import PERIODS
from core.fields.tree import Field
from core.i18n import Text
from core.moments import iso_day
from core.runtime import CRM
from core.store.reading import read_number
from core.users.models import User

CHOOSING = ("choice", "multichoice", "bool", "user", "link")
# Several values are chosen by ticking several, so "is one of" needs no entry of its own.
_MANY = {"equal": "in", "not_equal": "not_in"}
_TIMES = ("date", "moment")
_LINKS_SHOWN = 60


@dataclass(frozen=True)
class Node:
    """A field in the tree: `opens` tells whether a branch can be opened below it."""

    path: str
    label: str
    kind: str
    opens: bool


@dataclass(frozen=True)
class FilterForm:
    """What the form of a filter shows: operators as (op, label), and the values to choose from."""

    path: str
    label: str
    kind: str
    operators: list[tuple[str, str]]
    choices: list[tuple[Any, str]]
    periods: dict[str, Text]
    is_searched: bool


def branch(crm: CRM, start: Entity, at: str = "", search: str = "", *, use: str = "filter") -> list[Node]:
    """Returns the fields below the link `at`, or those of every depth up to two whose label holds `search`."""
    if search:
        wanted = search.lower()
        found = [node for node in _flat(tree(crm, start, 1), "") if wanted in node[1].lower()]
        return [_node(crm, start, path, label, kind) for path, label, kind in found if _fits(crm, start, path, use)]
    here, prefix = start, ""
    if at:
        here, prefix = entity(crm, resolve(crm, start, at).field.target), f"{at}."
    paths = [(prefix + one.name, str(one.label), one.kind) for one in here.fields]
    return [_node(crm, start, *one) for one in paths if _fits(crm, start, one[0], use)]


def filter_form(crm: CRM, start: Entity, path: str, user: User, label: str) -> FilterForm:
    """Returns the form of a filter on a field; raises InvalidInput for an unknown field."""
    field = resolve(crm, start, path).field
    is_choosing = field.kind in CHOOSING
    offered = [op for op in OPERATORS[field.kind] if op not in ("in", "not_in")]
    if is_choosing:
        offered = [op for op in offered if op not in ("contains", "not_contains")]
    return FilterForm(
        path=path,
        label=label,
        kind=field.kind,
        operators=[(op, operator_label(field.kind, op)) for op in offered],
        choices=options(crm, start, path, user) if is_choosing else [],
        periods=PERIODS if field.kind in _TIMES else {},
        is_searched=field.kind in ("user", "link"),
    )


def condition_of(field: Field, path: str, args: MultiDict) -> dict:
    """Returns the condition that a sent form means; its values are checked when it is used."""
    op = args.get("op", "equal")
    if op in WITHOUT_VALUE:
        return {"field": path, "op": op}
    if field.kind in CHOOSING:
        chosen = [_typed(field, value) for value in args.getlist("value")]
        if len(chosen) == 1:
            return {"field": path, "op": op, "value": chosen[0]}
        return {"field": path, "op": _MANY.get(op, op), "value": chosen}
    first, last = (args.get(name, "").strip() for name in ("value", "value2"))
    if field.kind in _TIMES:
        first, last = iso_day(first), iso_day(last)
    if op == "between":
        return {"field": path, "op": op, "value": [first, last]}
    if field.kind in _TIMES and args.get("period"):
        return {"field": path, "op": op, "value": {"period": args["period"]}}
    return {"field": path, "op": op, "value": first}


def _typed(field: Field, value: str) -> Any:
    if field.kind == "bool":
        return value in ("True", "true", "1")
    number = read_number(value)
    return value if number is None or field.kind == "choice" or field.json_key else number


def _flat(nodes: list[dict], above: str) -> list[tuple[str, str, str]]:
    found = []
    for node in nodes:
        label = f"{above} → {node['label']}" if above else node["label"]
        found.append((node["path"], label, node["kind"]))
        found += _flat(node.get("children", []), label)
    return found[: _LINKS_SHOWN * 10]


def _node(crm: CRM, start: Entity, path: str, label: str, kind: str) -> Node:
    field = resolve(crm, start, path).field
    return Node(path, label, kind, opens=field.is_link and not field.reverse)


def _fits(crm: CRM, start: Entity, path: str, use: str) -> bool:
    """Tells whether a field can be used so: any filters; groups and columns are of one value a record.

    A field whose values only links bring is not chosen at all.
    """
    step = resolve(crm, start, path)
    if use == "filter":
        return step.field.words is None
    is_many = any(link.reverse for link in (*step.links, step.field)) or step.field.test is not None
    if use == "column":
        return not is_many and not (step.links and step.field.members)
    return not is_many and step.field.kind not in ("number", "money") and not step.field.json_key.startswith("\0")
