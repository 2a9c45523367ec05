"""Dialogs: what must be known before something is done is asked in one; without htmx it is a page of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.errors import InvalidInput
from core.i18n import Text
from core.web.forms import SchemaForm
from core.web.pages import is_htmx, page


@dataclass(frozen=True)
class Dialog:
    """What a dialog says and where it sends what was filled in.

    `about` stands below its title, `hidden` is sent along, `away` is the page that “Cancel” leads to without htmx.
    `body` and `foot` are templates that stand above and below the fields; both get `context` as `asked`.
    """

    title: Text
    about: Text
    address: str
    label: Text
    away: str
    colour: str = "primary"
    hidden: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    foot: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


def ask(
    dialog: Dialog,
    form: SchemaForm,
    do: Callable[[dict[str, Any]], Response],
    sent: Callable[[], MultiDict] = lambda: request.form,
) -> str | Response:
    """Returns the dialog, or the answer of `do` to what was filled in; what can't be taken is shown in the dialog.

    `sent` gives what was filled in, where it isn't just what the browser sent.
    """
    if request.method == "POST":
        try:
            return do(form.read(sent()))
        except InvalidInput as error:
            form.take(error)
    return page("web/_dialog.html" if is_htmx() else "web/dialog.html", dialog=dialog, form=form)
