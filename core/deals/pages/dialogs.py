"""Dialogs on deals: what must be known before something is done with one, and the way back to where it was opened."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from core.deals.models import Deal
from core.i18n import Text
from core.web.dialogs import Dialog, ask
from core.web.forms import SchemaForm
from core.web.pages import go, go_to, safe_next


def dialog(
    deal: Deal,
    schema: type[Schema],
    shown: dict[str, Any],
    do: Callable[[dict[str, Any]], None],
    title: Text,
    label: Text,
    colour: str,
    message: Text,
) -> str | Response:
    """Asks what the schema asks, does it, and goes back to where the dialog was opened."""

    def done(values: dict[str, Any]) -> Response:
        do(values)
        return back(deal, message)

    asked = Dialog(
        title=title,
        about=f"{deal.title} · {deal.client.name}",
        address=url_for(request.endpoint, deal_id=deal.id),
        label=label,
        away=url_for("deals.card", deal_id=deal.id),
        colour=colour,
        hidden={"version": seen_version() or deal.version, "next": request.values.get("next", "")},
    )
    return ask(asked, SchemaForm(schema, shown), done)


def back(deal: Deal, message: Text) -> Response:
    """Returns the way to where the user came from, or to the deal's card."""
    return_to = request.values.get("next")
    return go_to(safe_next(return_to), message) if return_to else go("deals.card", message, deal_id=deal.id)


def seen_version() -> int | None:
    """Returns the version that the page showed; in a stale tab it is an old one, and the service refuses."""
    return request.values.get("version", type=int)
