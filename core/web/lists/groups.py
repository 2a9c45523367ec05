"""A list in groups: each with its count and sums; its records are read when it is opened."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from peewee import SQL, fn

from core.errors import InvalidInput
from core.fields import group_condition, group_expression, group_labels, label_of, resolve
from core.fields.groups import split_part
from core.fields.periods import PARTS
from core.i18n import _
from core.money import from_units
from core.web.lists.source import Source

MOST_GROUPS_SHOWN = 200
# What one may group by without opening the tree of fields.
_GROUPABLE = ("user", "link", "choice", "bool", "moment", "date")


@dataclass(frozen=True)
class Group:
    """One group: its label, how many records, its sums by path, the condition that keeps them, the list of them."""

    key: Any
    label: str
    count: int
    sums: dict[str, Decimal | None]
    condition: dict
    url: str
    open_url: str


def groups_of(source: Source, *, most: int = MOST_GROUPS_SHOWN) -> list[Group]:
    """Returns the groups by the first grouping of the state: times in order, all else the largest first."""
    crm, start, path = source.crm, source.entity, source.state.groups[0]
    model = start.model
    query, key = group_expression(crm, start, path, model.select(), source.user)
    sums = [fn.SUM(resolve(crm, start, one).field.of(model)) for one in source.list_page.sums]
    count = fn.COUNT(SQL("*"))
    query = query.select(key.alias("group_key"), count, *sums).where(source.where).group_by(SQL("1"))
    is_time = bool(part_of(source, path))
    ordering = (SQL("1 DESC NULLS LAST"),) if is_time else (SQL("2 DESC"), SQL("1"))
    rows = list(query.order_by(*ordering).limit(most).tuples())
    labels = group_labels(crm, start, path, [row[0] for row in rows])
    return [_group(source, path, row, labels) for row in rows]


def choices_of_groups(source: Source) -> list[tuple[str, str]]:
    """Returns the groupings offered at once, as (path, label): the list's own, else its links, choices and times."""
    crm, start = source.crm, source.entity
    paths = source.list_page.groups or tuple(one.name for one in start.fields if one.kind in _GROUPABLE)
    groupable = [path for path in paths if not resolve(crm, start, split_part(path)[0]).field.reverse]
    return [(path, group_label(source, path)) for path in groupable]


def group_label(source: Source, path: str) -> str:
    """Returns what a grouping is called: “Opened: month”."""
    bare, part = split_part(path)
    label = label_of(source.crm, source.entity, bare)
    part = part or part_of(source, path)
    return f"{label}: {PARTS[part]}" if part else label


def part_of(source: Source, path: str) -> str:
    """Returns the part of time by which a path groups, empty for what is no time."""
    bare, part = split_part(path)
    kind = resolve(source.crm, source.entity, bare).field.kind
    return (part or "month") if kind in ("date", "moment") else ""


def _group(source: Source, path: str, row: tuple, labels: dict[Any, str]) -> Group:
    key, count, *sums = row
    one = group_condition(source.crm, source.entity, path, key)
    state = source.state
    inner = {"conditions": (*state.conditions, one), "groups": state.groups[1:], "favourite": 0}
    return Group(
        key=key,
        label=labels[key],
        count=count,
        sums={
            path: None if total is None else from_units(int(total))
            for path, total in zip(source.list_page.sums, sums, strict=True)
        },
        condition=one,
        url=state.url(**inner, view="list"),
        open_url=state.url(**inner, view="list") + "&part=group",
    )


def check_groups(source: Source) -> None:
    """Raises InvalidInput for a grouping that can't be."""
    for path in source.state.groups:
        group_expression(source.crm, source.entity, path, source.entity.model.select(), source.user)
    if source.state.measure and source.state.measure not in source.list_page.sums:
        raise InvalidInput(_("“%(path)s” can't be added up here.", path=source.state.measure))
