"""The list of tasks: of all that a user sees, and the search that “My tasks” shares with it."""

from typing import Any

from peewee import Expression

from core.i18n import lazy
from core.tasks.bulk import change_tasks, postpone_to_next_week, postpone_to_tomorrow
from core.tasks.words import DUES, OPEN, REPORTED, STATE_COLOURS
from core.web.lists.definition import GRAPH, Action, Empty, ListPage, View, quick_filters


def matches(source: Any, text: str) -> Expression:
    """Returns the condition of the tasks whose title holds a text."""
    return source.title.contains(text)


_OPEN = {"field": "state", "op": "equal", "value": OPEN}
MINE = View("mine", lazy("My tasks"), "checklist", "tasks.index", keys="m")
ALL = View("list", lazy("All tasks"), "list", "tasks.all_tasks", keys="l")
TASKS = ListPage(
    name="tasks",
    entity="task",
    title=lazy("Tasks"),
    columns=("title", "due_at", "client", "deal", "state", "user"),
    title_column="title",
    search=matches,
    search_hint=lazy("What is to be done"),
    card="tasks.card",
    card_argument="task_id",
    new="tasks.new",
    new_label=lazy("New task"),
    sort="-id",
    colours={"state": STATE_COLOURS},
    quick=quick_filters(
        ("open", lazy("Open"), _OPEN),
        *((name, label, _OPEN, {"field": "due", "op": "equal", "value": name}) for name, label in DUES.items()),
        ("reported", lazy("Reported as done"), {"field": "state", "op": "equal", "value": REPORTED}),
        ("given", lazy("Given by me"), {"field": "author", "op": "equal", "value": "me"}),
    ),
    groups=("user", "author", "state", "due", "kind", "client", "deal", "due_at:month", "done_at:month"),
    mass_edit=("user",),
    change=change_tasks,
    actions=(
        Action("tomorrow", lazy("Tomorrow"), "arrow-right", postpone_to_tomorrow, "clients.write"),
        Action("week", lazy("Next week"), "calendar", postpone_to_next_week, "clients.write"),
    ),
    views=(MINE, ALL, GRAPH),
    permissions={"read": "clients.read", "write": "clients.write", "export": "clients.export"},
    empty=Empty(
        "checklist",
        lazy("No tasks yet"),
        lazy("What you or others are to do for clients and deals stands here."),
        "tasks.new",
        lazy("Make the first task"),
    ),
)
