"""The page on which running deals are moved to the published version of their type: what happens to each, then done."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.errors import Conflict, InvalidInput
from core.i18n import ngettext
from core.process.jobs import MOVE_RUNNING
from core.process.version_moves import Moved, move_to_version
from core.process.versions import preview_move
from core.stages.models import DealType
from core.stages.types import get_type
from core.store.reading import read_number
from core.web.context import crm, needs, user
from core.web.pages import go, is_htmx, page

# More than a page waits for.
MOST_AT_ONCE = 500
blueprint = Blueprint("versions", "core.process", template_folder="templates")


@blueprint.route("/<int:type_id>/running", methods=["GET", "POST"])
@needs("admin.settings")
def show(type_id: int) -> str | Response:
    """Shows what a move to the published version does to every running deal, and does it."""
    deal_type, choices, sentence = get_type(type_id), _choices(), ""
    if request.method == "POST" and not is_htmx():
        try:
            return go("types.edit", _move(deal_type, choices), type_id=type_id)
        except Conflict as error:
            deal_type, choices, sentence = get_type(type_id), {}, str(error)
        except InvalidInput as error:
            choices, sentence = {}, str(error)
    preview = preview_move(crm(), user(), deal_type, choices)
    template = "process/_fates.html" if is_htmx() else "process/versions.html"
    return page(template, deal_type=deal_type, preview=preview, choices=choices, sentence=sentence)


def _move(deal_type: DealType, choices: dict[int, int]) -> str:
    """Moves the deals, or lets the worker do it where they are many; returns what was done, in a sentence."""
    seen = request.form.get("version", type=int)
    count = preview_move(crm(), user(), deal_type, choices).count
    if count <= MOST_AT_ONCE or seen != deal_type.published_version_id:
        return _told(move_to_version(crm(), deal_type, choices, version_id=seen))
    args = {"type_id": deal_type.id, "version_id": seen, "choices": {str(one): to for one, to in choices.items()}}
    with crm().work():
        crm().jobs.enqueue(MOVE_RUNNING.kind, args)
    return ngettext("One deal is being moved.", "%(n)s deals are being moved; see under Jobs how far it is.", count)


def _choices() -> dict[int, int]:
    """Returns the stage that was chosen for each that is gone."""
    chosen = {}
    for name, text in request.form.items():
        word, _dash, stage_id = name.rpartition("-")
        gone, instead = read_number(stage_id), read_number(text)
        if word == "instead" and gone is not None and instead is not None:
            chosen[gone] = instead
    return chosen


def _told(done: Moved) -> str:
    told = ngettext("One deal is moved to the new version.", "%(n)s deals are moved to the new version.", done.deals)
    if not done.refused:
        return told
    left = ngettext("One stays: %(why)s", "%(n)s stay, the first one because: %(why)s", done.refused, why=done.refusal)
    return f"{told} {left}"
