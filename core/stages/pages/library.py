"""Pages by which deal types come and go as TOML: the library, a file that is sent in, a file that is given out."""

from flask import Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from core.errors import InvalidInput
from core.i18n import _
from core.stages import services
from core.stages.library import add_from_library, library
from core.stages.pages.types import blueprint
from core.stages.portable import export_type, import_type
from core.web.context import crm, needs
from core.web.pages import go, page

LARGEST = 1_000_000


@blueprint.get("/library")
@needs("admin.settings")
def show_library() -> str:
    """Shows the deal types that Hinka brings along, and takes those of a file."""
    return _shelf()


@blueprint.post("/library/<key>")
@needs("admin.settings")
def take(key: str) -> BaseResponse:
    """Makes a type from the library, in the company's language, and opens it."""
    made = add_from_library(crm(), key, crm().config.language)
    return go("types.edit", _("The deal type “%(name)s” is made.", name=made.name), type_id=made.id)


@blueprint.post("/import")
@needs("admin.settings")
def bring_in() -> str | BaseResponse:
    """Makes a type from a file that was sent."""
    try:
        made = import_type(crm(), _text(request.files.get("file")), name=request.form.get("name", ""))
    except InvalidInput as error:
        return _shelf(wrong=str(error))
    return go("types.edit", _("The deal type “%(name)s” is made.", name=made.name), type_id=made.id)


@blueprint.get("/<int:type_id>/export")
@needs("admin.settings")
def give_out(type_id: int) -> Response:
    """Gives a type as a TOML file."""
    deal_type = services.get_type(type_id)
    answer = Response(export_type(deal_type), mimetype="application/toml")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{deal_type.name}.toml")
    return answer


def _shelf(wrong: str = "") -> str:
    return page(
        "stages/library.html",
        found=library(crm().config.language),
        modes=services.MODES,
        taken={one.name.casefold() for one in services.all_types()},
        wrong=wrong,
        name=request.form.get("name", ""),
    )


def _text(file: FileStorage | None) -> str:
    if file is None or not file.filename:
        raise InvalidInput(_("Choose a file."))
    try:
        return file.stream.read(LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(_("This file is no text in UTF-8; choose a deal type that was exported as TOML.")) from error
