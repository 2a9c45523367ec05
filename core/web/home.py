"""The home page: first steps on an empty base, today's numbers on a living one."""

from flask import Blueprint

from core.web.pages import page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> str:
    """Shows what to do first, or what there is to do today."""
    return page("web/home.html")
