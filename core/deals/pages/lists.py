"""The list of deals, and the search that board and calendar share with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import make_response, request, url_for
from peewee import Expression
from werkzeug.wrappers import Response

from core.deals.bulk import change_deals, delete_deals
from core.deals.pages.blueprint import blueprint
from core.deals.search import matches
from core.deals.words import STATE_COLOURS
from core.fields import describe, entity, resolve
from core.i18n import lazy
from core.process.mass.pages import choose_turn
from core.web.context import crm, needs, user
from core.web.lists.definition import GRAPH, LIST, Action, Empty, ListPage, View, quick_filters
from core.web.lists.filters import condition_of
from core.web.lists.show import show
from core.web.lists.source import Source
from core.web.lists.state import State, read_state
from core.web.pages import go_to, is_htmx, page

BOARD = View("board", lazy("Board"), "layout-kanban", "deals.board", keys="b")
CALENDAR = View("calendar", lazy("Calendar"), "calendar", "deals.calendar", keys="c")
MAP = View("map", lazy("Route map"), "route", "deals.type_map_page", keys="m")


DEALS = ListPage(
    name="deals",
    entity="deal",
    title=lazy("Deals"),
    columns=("number", "title", "client", "stage", "state", "potential", "owner", "expected_on"),
    title_column="title",
    search=matches,
    search_hint=lazy("Title, number or client"),
    card="deals.card",
    card_argument="deal_id",
    new="deals.new",
    new_label=lazy("New deal"),
    sort="-id",
    sorts={"number": "id", "opened_at": "opened_at"},
    money={
        "potential": "currency",
        "amount": "currency",
    },
    sums=("potential_base", "amount_base"),
    colours={"state": STATE_COLOURS},
    quick=quick_filters(
        ("mine", lazy("My deals"), {"field": "owner", "op": "equal", "value": "me"}),
        ("open", lazy("Open"), {"field": "state", "op": "equal", "value": "open"}),
        ("won", lazy("Won"), {"field": "state", "op": "equal", "value": "won"}),
        ("lost", lazy("Lost"), {"field": "state", "op": "equal", "value": "lost"}),
        ("held", lazy("On hold"), {"field": "is_on_hold", "op": "equal", "value": True}),
        (
            "late",
            lazy("Expected before today"),
            {"field": "state", "op": "equal", "value": "open"},
            {"field": "expected_on", "op": "less", "value": {"period": "today"}},
        ),
        ("unpriced", lazy("Without potential"), {"field": "potential", "op": "empty"}),
    ),
    groups=(
        "type",
        "stage",
        "owner",
        "owner.team",
        "state",
        "source",
        "loss_reason",
        "opened_at:month",
        "closed_at:month",
    ),
    mass_edit=("owner", "source", "expected_on"),
    change=change_deals,
    delete=delete_deals,
    actions=(Action("turn", lazy("Move or close…"), "stairs-up", choose_turn, "deals.write"),),
    views=(LIST, BOARD, MAP, CALENDAR, GRAPH),
    permissions={"read": "deals.read", "write": "deals.write", "delete": "deals.delete", "export": "deals.export"},
    empty=Empty(
        "briefcase",
        lazy("No deals yet"),
        lazy("A deal is a sale that you lead, stage by stage, until it is won or lost."),
        "deals.new",
        lazy("Make the first deal"),
    ),
)


@dataclass(frozen=True)
class Asked:
    """What the address asks for: `where` keeps the deals it means, `chips` say its filters, with a way without each."""

    state: State
    where: Expression
    chips: list[tuple[str, str]]

    @property
    def query(self) -> str:
        """The search as the query of an address."""
        return self.state.query()


@blueprint.route("/", methods=["GET", "POST"])
@needs("deals.read")
def index() -> Response | str:
    """Shows the list of deals."""
    return show(DEALS)


def asked(*, with_quick: bool = False) -> Asked:
    """Returns the search of the present address, as the list understands it; raises InvalidInput.

    `with_quick` says also the filters that the list has at hand, for a page that doesn't offer these.
    """
    state = read_state(DEALS, request.args, request.path)
    where = Source(crm(), DEALS, state, user()).where
    quick = () if with_quick else DEALS.quick
    in_quick = [one for found in quick if state.has(found.conditions) for one in found.conditions]
    others = [one for one in state.conditions if one not in in_quick]
    words = describe(crm(), entity(crm(), DEALS.entity), others, user())
    return Asked(state, where, [(text, state.without([one])) for text, one in zip(words, others, strict=True)])


def part_of_bar() -> Response | str | None:
    """Returns the answer to what the bar above board and calendar asks for, or None for the page itself."""
    if path := request.args.get("add"):
        state = read_state(DEALS, request.args, request.path)
        field = resolve(crm(), entity(crm(), DEALS.entity), path).field
        return go_to(state.with_condition(condition_of(field, path, request.args)).url())
    return show(DEALS) if request.method == "POST" or request.args.get("part") else None


def view_of(name: str, search: Asked, **context: Any) -> Response:
    """Returns a view of the list, whole or, for htmx, the part below the search line; `name` is its template."""
    template = f"deals/{name}_body.html" if is_htmx() else f"deals/{name}.html"
    words = {"list_page": DEALS, "search": search, "state": search.state, "chips": search.chips, "here": name}
    response = make_response(page(template, **words, **context))
    # The same address is a whole page or a part of one.
    response.vary.add("HX-Request")
    if is_htmx():
        response.headers["HX-Replace-Url" if "typed" in request.args else "HX-Push-Url"] = search.state.url()
    return response


def in_list(conditions: Sequence[dict]) -> str:
    """Returns the address of the list with the present search and more conditions."""
    state = read_state(DEALS, request.args, url_for("deals.index"))
    return state.url(conditions=(*state.conditions, *conditions))
