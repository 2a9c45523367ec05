"""The page on which running deals are moved to the published version of their type: what happens to each, then done."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.errors import Conflict, InvalidInput
from core.i18n import ngettext
from core.process.version_moves import Moved, move_to_version
from core.process.versions import preview_move
from core.stages.types import get_type
from core.web.context import crm, needs, user
from core.web.pages import go, is_htmx, page

blueprint = Blueprint("versions", "core.process", template_folder="templates")


@blueprint.route("/<int:type_id>/running", methods=["GET", "POST"])
@needs("admin.settings")
def show(type_id: int) -> str | Response:
    """Shows what a move to the published version does to every running deal, and does it."""
    deal_type, choices, sentence = get_type(type_id), _choices(), ""
    if request.method == "POST" and not is_htmx():
        try:
            seen = request.form.get("version", type=int)
            done = move_to_version(crm(), deal_type, choices, version_id=seen)
            return go("types.edit", _told(done), type_id=type_id)
        except Conflict as error:
            deal_type, choices, sentence = get_type(type_id), {}, str(error)
        except InvalidInput as error:
            choices, sentence = {}, str(error)
    preview = preview_move(crm(), user(), deal_type, choices)
    template = "process/_fates.html" if is_htmx() else "process/versions.html"
    return page(template, deal_type=deal_type, preview=preview, choices=choices, sentence=sentence)


def _choices() -> dict[int, int]:
    """Returns the stage that was chosen for each that is gone."""
    chosen = {}
    for name, text in request.form.items():
        stage_id = name.removeprefix("instead-")
        if stage_id != name and stage_id.isdecimal() and text.isdecimal():
            chosen[int(stage_id)] = int(text)
    return chosen


def _told(done: Moved) -> str:
    told = ngettext("One deal is moved to the new version.", "%(n)s deals are moved to the new version.", done.deals)
    if not done.refused:
        return told
    left = ngettext("One stays: %(why)s", "%(n)s stay, the first one because: %(why)s", done.refused, why=done.refusal)
    return f"{told} {left}"
