"""The list of interactions: what reports open behind a number of calls, letters or meetings."""

from typing import Any

from peewee import Expression

from core.i18n import lazy
from core.web.lists.definition import GRAPH, LIST, Empty, ListPage, quick_filters


def matches(source: Any, text: str) -> Expression:
    """Returns the condition of the interactions whose subject holds a text."""
    return source.subject.contains(text)


INTERACTIONS = ListPage(
    name="interactions",
    entity="interaction",
    title=lazy("Interactions"),
    columns=("subject", "kind", "at", "client", "deal", "user"),
    title_column="subject",
    search=matches,
    search_hint=lazy("Subject"),
    card="interactions.edit",
    card_argument="interaction_id",
    sort="-at",
    sorts={"at": "at"},
    quick=quick_filters(
        ("mine", lazy("Mine"), {"field": "user", "op": "equal", "value": "me"}),
        ("held", lazy("Held"), {"field": "is_planned", "op": "equal", "value": False}),
        ("planned", lazy("Planned"), {"field": "is_planned", "op": "equal", "value": True}),
        ("week", lazy("This week"), {"field": "at", "op": "equal", "value": {"period": "this_week"}}),
    ),
    groups=("kind", "direction", "user", "user.team", "client", "at:month"),
    views=(LIST, GRAPH),
    permissions={"read": "clients.read", "write": "clients.write", "export": "clients.export"},
    empty=Empty(
        "phone",
        lazy("No interactions yet"),
        lazy("Every call, letter and meeting with a client that is noted stands here."),
    ),
)
