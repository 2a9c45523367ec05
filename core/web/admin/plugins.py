"""The pages of plugins: what was found, what runs, what was refused and why; switching, resuming, removing; hooks."""

from flask import Blueprint, make_response, request, session
from werkzeug.wrappers import Response

from core.errors import NotFound
from core.hooks import switch
from core.hooks.answers import answers, pages_of
from core.hooks.behind import why
from core.hooks.condition import conditions
from core.hooks.effects import effects
from core.hooks.guard import resume
from core.hooks.health import failures
from core.i18n import _
from core.instance.uninstall import begin_uninstall, data_of, last_removal
from core.web.context import crm, needs
from core.web.pages import go, page

blueprint = Blueprint("plugins", __name__)
LOOK_S = 60


@blueprint.get("/")
@needs("admin.plugins")
def index() -> str:
    """Shows every plugin."""
    found = switch.states(crm())
    known = {state.name for state in found}
    unread = [refusal for refusal in crm().refusals if refusal.plugin not in known]
    return page(
        "admin/plugins.html",
        plugins=found,
        unread=unread,
        pinned=_is_pinned(),
        behind=why(),
        following=_is_following(),
    )


@blueprint.get("/<name>")
@needs("admin.plugins")
def show(name: str) -> str:
    """Shows all about one plugin."""
    state = _state(name)
    removal = last_removal(name)
    is_moving = removal is not None and removal.state in ("waiting", "running")
    return page(
        "admin/plugin.html",
        plugin=state,
        effects=effects(crm().manifests[name]),
        missing=[other for other in state.requires if other not in crm().hooks.order],
        groups=[group for group in crm().settings.groups.values() if group.key.split(".")[0] == name],
        failures=failures(name),
        pages=pages_of(name),
        conditions=conditions(crm(), name),
        removal=removal,
        is_moving=is_moving,
        # Tables that are just being dropped can't be counted: on PostgreSQL that waits for the end.
        tables=[] if is_moving else data_of(crm(), name),
        pinned=_is_pinned(),
        behind=why(),
        following=_is_following(),
    )


@blueprint.get("/<name>/condition")
@needs("admin.plugins")
def condition(name: str) -> Response:
    """Shows how a running plugin is by its own account; the overview asks for it once it stands.

    A look at a counterpart may take a second, so it is not asked for anew within a minute.
    """
    found = conditions(crm(), _state(name).name)
    response = make_response(page("admin/_condition.html", name=name, conditions=found))
    response.headers["Cache-Control"] = f"private, max-age={LOOK_S}"
    response.vary.add("Cookie")
    return response


@blueprint.post("/<name>/on")
@needs("admin.plugins")
def turn_on(name: str) -> Response:
    """Switches a plugin on, with what it requires."""
    switched = switch.enable(crm(), name)
    return go("plugins.index", _("%(names)s will run within seconds.", names=", ".join(switched) or name))


@blueprint.post("/<name>/off")
@needs("admin.plugins")
def turn_off(name: str) -> Response:
    """Switches a plugin off; its data stays."""
    switch.disable(crm(), name)
    return go("plugins.index", _("%(names)s will be gone within seconds; its data stays.", names=name))


@blueprint.post("/<name>/resume")
@needs("admin.plugins")
def go_on(name: str) -> Response:
    """Lets a paused or stopped plugin go on."""
    resume(crm(), name)
    return go("plugins.show", _("%(names)s goes on within seconds.", names=name), name=name)


@blueprint.post("/<name>/remove")
@needs("admin.plugins")
def remove(name: str) -> Response:
    """Has the worker export the data of a plugin that is off, and remove it for good."""
    begin_uninstall(crm(), name, request.form.get("typed", ""))
    return go("plugins.show", name=name)


@blueprint.get("/hooks")
@needs("admin.plugins")
def hooks() -> str:
    """Shows who answers each hook."""
    return page("admin/hooks.html", hooks=answers(crm()), marks=session.get("marks_plugins", False))


@blueprint.post("/hooks/marks")
@needs("admin.plugins")
def marks() -> Response:
    """Begins or ends to mark, in this session, which plugin drew which box."""
    session["marks_plugins"] = not session.get("marks_plugins", False)
    return go("plugins.hooks")


def _state(name: str) -> switch.ShownPlugin:
    found = next((state for state in switch.states(crm()) if state.name == name), None)
    if found is None:
        raise NotFound(_("There is no plugin %(name)s.", name=name))
    return found


def _is_pinned() -> bool:
    return crm().config.plugins is not None


def _is_following() -> bool:
    """Tells whether this process is still to be exchanged for one of the present generation."""
    return crm().generation != switch.saved_generation()
