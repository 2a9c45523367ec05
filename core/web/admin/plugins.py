"""The page of plugins: what was found, what runs, what was refused and why; switching on and off."""

from flask import Blueprint
from werkzeug.wrappers import Response

from core.hooks import switch
from core.i18n import _
from core.web.context import crm, needs
from core.web.pages import go, page

blueprint = Blueprint("plugins", __name__)


@blueprint.get("/")
@needs("admin.plugins")
def index() -> str:
    """Shows every plugin."""
    found = switch.states(crm())
    known = {state.name for state in found}
    unread = [refusal for refusal in crm().refusals if refusal.plugin not in known]
    return page("admin/plugins.html", plugins=found, unread=unread, pinned=crm().config.plugins is not None)


@blueprint.post("/<name>/on")
@needs("admin.plugins")
def turn_on(name: str) -> Response:
    """Switches a plugin on, with what it requires."""
    switched = ", ".join(switch.enable(crm(), name)) or name
    return go("plugins.index", _("%(names)s will run within seconds.", names=switched))


@blueprint.post("/<name>/off")
@needs("admin.plugins")
def turn_off(name: str) -> Response:
    """Switches a plugin off; its data stays."""
    switch.disable(crm(), name)
    return go("plugins.index", _("%(names)s will be gone within seconds; its data stays.", names=name))
