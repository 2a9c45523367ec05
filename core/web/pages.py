"""Answers of pages: a template, or a way onwards; the same words work for plain requests and for htmx."""

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.i18n import Text


def is_htmx() -> bool:
    """Tells whether htmx asked, for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def page(template: str, **context: Any) -> str:
    """Returns the rendered template."""
    return render_template(template, **context)


def go(endpoint: str, message: Text = "", **values: Any) -> BaseResponse:
    """Returns the way to another page, which shows `message` on arrival."""
    return go_to(url_for(endpoint, **values), message)


def go_to(url: str, message: Text = "") -> BaseResponse:
    """Returns the way to an address of ours; `message` is shown on arrival."""
    if message:
        flash(str(message), "success")
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def toast(answer: str | Response, message: Text, colour: str = "success", *, also: tuple[str, ...] = ()) -> Response:
    """Returns an answer to htmx that also shows a short message in the corner of the page.

    `also` names further events for the page. They go to its body: what has asked may be gone by then.
    """
    response = answer if isinstance(answer, Response) else Response(answer)
    events = {"hinka:toast": {"text": str(message), "colour": colour, "target": "body"}}
    events |= {name: {"target": "body"} for name in also}
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def safe_next(url: str | None) -> str:
    """Returns `url` if it is a path of this site, else the home page: nobody is sent to a stranger."""
    # A browser reads "\" as "/" and drops control signs, so both could turn a path into another host.
    is_path = bool(url) and url.startswith("/") and url[1:2] not in ("/", "\\") and url.isprintable()
    return url if is_path else url_for("home.index")
