"""Dialogs on deals: what must be known before something is done is asked in one; without htmx it is a page."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import Text
from core.web.forms import SchemaForm
from core.web.pages import go, go_to, is_htmx, page, safe_next


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
    form = SchemaForm(schema, shown)
    if request.method == "POST":
        try:
            do(form.read(request.form))
            return back(deal, message)
        except InvalidInput as error:
            form.errors, form.sentence = error.fields, str(error)
    template = "deals/_dialog.html" if is_htmx() else "deals/dialog.html"
    address = url_for(request.endpoint, deal_id=deal.id)
    return_to = request.values.get("next", "")
    return page(
        template, deal=deal, form=form, title=title, label=label, colour=colour, address=address, back=return_to,
        version=seen_version() or deal.version,
    )  # fmt: skip


def back(deal: Deal, message: Text) -> Response:
    """Returns the way to where the user came from, or to the deal's card."""
    return_to = request.values.get("next")
    return go_to(safe_next(return_to), message) if return_to else go("deals.card", message, deal_id=deal.id)


def seen_version() -> int | None:
    """Returns the version that the page showed; in a stale tab it is an old one, and the service refuses."""
    return request.values.get("version", type=int)
