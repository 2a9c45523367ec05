"""The home page: first steps on an empty base, today's numbers on a living one."""

from dataclasses import dataclass

from flask import Blueprint, current_app, url_for

from core.i18n import Text, _
from core.web.context import crm, user
from core.web.lists.state import State
from core.web.pages import page
from core.web.panels import shown_panels
from core.web.today import Today, next_tasks, numbers_of_today

blueprint = Blueprint("home", __name__)


@dataclass(frozen=True)
class Step:
    """One of the first steps; `url` is empty where the plugin for it is switched off."""

    title: Text
    text: Text
    icon: str
    url: str
    is_done: bool


@blueprint.get("/")
def index() -> str:
    """Shows what to do first, or what there is to do today."""
    today = numbers_of_today(crm(), user())
    return page(
        "web/home.html",
        today=today,
        steps=first_steps(today),
        tasks=next_tasks(user()),
        deals=deals_address,
        panels=shown_panels("home_panels") if today.has_deals else [],
    )


def first_steps(today: Today) -> list[Step]:
    """Returns the way from an empty base to the funnel, with what is done of it."""
    return [
        Step(
            _("Bring in your clients"),
            _("An Excel or CSV file is enough; columns are recognised in English, Albanian and Russian."),
            "file-import",
            _url("importers.index", "clients.new"),
            today.has_clients,
        ),
        Step(
            _("Add your deals"),
            _("Import them too, or open the first one by hand from a client's card."),
            "briefcase",
            _url("deals.new", "deals.index"),
            today.has_deals,
        ),
        Step(
            _("Look at the sales funnel"),
            _("See where deals hang, why they are lost, and what money will come in."),
            "chart-funnel",
            _url("reports.index"),
            today.has_clients and today.has_deals,
        ),
    ]


def deals_address(*conditions: tuple[str, object]) -> str:
    """Returns the address of the list of deals whose fields equal these values."""
    asked = tuple({"field": field, "op": "equal", "value": value} for field, value in conditions)
    return State(url_for("deals.index"), conditions=asked).url()


def _url(*endpoints: str) -> str:
    """Returns the address of the first of these pages that there is, or an empty text."""
    return next((url_for(endpoint) for endpoint in endpoints if endpoint in current_app.view_functions), "")
