"""The page on which one record of a reference list (a source, a stage, a reason, a category) is changed."""

from collections.abc import Callable
from typing import Any

from flask import request
from marshmallow import Schema
from werkzeug.wrappers import Response

from core.i18n import _
from core.web.context import crm
from core.web.forms import SchemaForm
from core.web.pages import go, page


def edited(
    schema: type[Schema], record: Any, change: Callable[..., Any], back: str, template: str, **shown: Any
) -> str | Response:
    """Returns the page with the form of a record, or the way `back` once what was typed has passed `change`."""
    form = SchemaForm(schema, record)
    if request.method == "POST":
        with form.catching():
            change(crm(), record, form.read(request.form))
            return go(back, _("Saved."))
    return page(template, form=form, **shown)
