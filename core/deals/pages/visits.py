"""The list of stage visits: what reports open behind a number of passages."""

from typing import Any

from flask import redirect, url_for
from peewee import Expression
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from core.deals.models import Deal, StageVisit
from core.deals.pages.blueprint import blueprint
from core.deals.search import matches
from core.i18n import lazy
from core.web.context import needs
from core.web.lists.definition import GRAPH, LIST, Empty, ListPage
from core.web.lists.show import show


def _of_deals(source: Any, text: str) -> Expression:
    return source.deal << Deal.select(Deal.id).where(matches(Deal, text))


VISITS = ListPage(
    name="visits",
    entity="visit",
    title=lazy("Stage visits"),
    columns=("title", "stage", "entered_at", "left_at", "outcome", "days", "responsible"),
    title_column="title",
    search=_of_deals,
    search_hint=lazy("Title, number or client"),
    card="deals.visit",
    card_argument="visit_id",
    sort="-entered_at",
    sorts={"entered_at": "entered_at"},
    groups=("stage", "outcome", "responsible", "entered_at:month", "left_at:month"),
    views=(LIST, GRAPH),
    permissions={"read": "deals.read", "export": "deals.export"},
    empty=Empty("stairs-up", lazy("No stage visits yet"), lazy("Each stay of a deal at a stage stands here.")),
)


@blueprint.route("/visits", methods=["GET", "POST"])
@needs("deals.read")
def visits() -> Response | str:
    """Shows the list of stage visits."""
    return show(VISITS)


@blueprint.get("/visits/<int:visit_id>")
@needs("deals.read")
def visit(visit_id: int) -> Response:
    """Leads to the deal of a visit."""
    found = StageVisit.get_or_none(StageVisit.id == visit_id)
    if found is None:
        raise NotFound
    return redirect(url_for("deals.card", deal_id=found.deal_id))
