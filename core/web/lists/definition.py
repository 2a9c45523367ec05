"""What a list is: of which records, with which columns, filters and actions. A feature or plugin declares one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.i18n import Text, lazy


@dataclass(frozen=True)
class Quick:
    """A filter at hand: a condition under a short name."""

    label: Text
    conditions: tuple[dict, ...]
    key: str


@dataclass(frozen=True)
class View:
    """Another way to look at the same records: list, board, calendar, graph; `endpoint` gets the state of the list."""

    key: str
    label: Text
    icon: str
    endpoint: str = ""
    keys: str = ""


@dataclass(frozen=True)
class Empty:
    """What is said where there are no records at all."""

    icon: str
    title: Text
    text: Text
    endpoint: str = ""
    label: Text = ""


@dataclass(frozen=True)
class Action:
    """Something done to the chosen records.

    `run(crm, user, ids, form)` returns the sentence that is shown, or an answer of its own, such as a dialog.
    """

    key: str
    label: Text
    icon: str
    run: Callable[..., Any]
    permission: str = ""
    confirm: Text = ""


LIST = View("list", lazy("List"), "list", keys="l")
GRAPH = View("graph", lazy("Graph"), "chart-bar", keys="g")


@dataclass(frozen=True)
class ListPage:
    """A list of the records of an entity of core.fields; columns, filters and groups are paths of its fields.

    `card` is the endpoint of a record, called with `card_argument`. `search(source, text)` returns the condition of a
    search. `sorts` gives for a path another expression to sort by, as a column's name. `money` maps the path of an
    amount to the path of its currency. `colours` maps a choice field to colours of its values, `written` a text
    to how it is grouped for reading, as a phone is. `change(crm, user, ids,
    {field: value})` changes many records by the fields of `mass_edit`, `delete(crm, user, ids)` moves them to the trash
    and `restore` back; each returns how many, and is called inside one work with one name in the history.
    """

    name: str
    entity: str
    title: Text
    columns: tuple[str, ...]
    title_column: str
    search: Callable[[Any, str], Any]
    card: str = ""
    card_argument: str = "record_id"
    new: str = ""
    new_label: Text = lazy("New")
    sort: str = ""
    sorts: Mapping[str, str] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)
    sums: tuple[str, ...] = ()
    colours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    quick: tuple[Quick, ...] = ()
    groups: tuple[str, ...] = ()
    mass_edit: tuple[str, ...] = ()
    change: Callable[..., int] | None = None
    delete: Callable[..., int] | None = None
    restore: Callable[..., int] | None = None
    actions: tuple[Action, ...] = ()
    views: tuple[View, ...] = (LIST, GRAPH)
    permissions: Mapping[str, str] = field(default_factory=dict)
    empty: Empty | None = None
    search_hint: Text = lazy("Search")

    def permission(self, verb: str) -> str:
        """Returns the right that reading, writing, deleting or exporting needs; an empty text for none."""
        return self.permissions.get(verb, "")


def quick_filters(*found: Sequence[Any]) -> tuple[Quick, ...]:
    """Returns filters at hand from (key, label, condition, …) rows."""
    return tuple(Quick(row[1], tuple(row[2:]), row[0]) for row in found)
