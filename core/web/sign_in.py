"""Signing in and out."""

from flask import Blueprint, make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response

from core.config import LANGUAGES
from core.errors import CRMError
from core.i18n import _
from core.users import people, services
from core.web.context import crm, find_user, public, user
from core.web.pages import go_to, page, safe_next
from core.web.session import begin_session, client_address, end_session
from core.web.stream import end_streams

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
@public
def form() -> str | Response:
    """Shows the form; who is signed in already goes on."""
    if find_user() is not None:
        return redirect(safe_next(request.args.get("next")), 303)
    if request.args.get("lang") in LANGUAGES:
        session["language"] = request.args["lang"]
        return redirect(url_for("sign_in.form", next=request.args.get("next")), 303)
    sentence = _("You are signed out. Sign in to go on where you were.") if "ended" in request.args else ""
    return page("web/sign_in.html", login="", next=request.args.get("next", ""), sentence=sentence)


@blueprint.post("/sign-in")
@public
def sign_in() -> Response:
    """Signs in, or shows the form again with what is wrong."""
    login = request.form.get("login", "")
    try:
        found = services.sign_in(crm(), login, request.form.get("password", ""), client_address())
    except CRMError as error:
        answer = page("web/sign_in.html", login=login, next=request.form.get("next", ""), sentence=str(error))
        return make_response(answer, error.status)
    begin_session(found)
    return redirect(safe_next(request.form.get("next")), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Signs out; open pages of this session end too."""
    end_streams()
    end_session()
    return go_to(url_for("sign_in.form"))


@blueprint.post("/sign-out/everywhere")
def sign_out_everywhere() -> Response:
    """Ends all sessions of the user, on every device."""
    people.end_sessions(crm(), user())
    session.clear()
    return go_to(url_for("sign_in.form"))
