"""The timeline on the cards of clients and deals: showing it, adding to it, correcting it; files."""

from typing import Any

from flask import Blueprint, Response, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.clients.models import Client
from core.deals.models import Deal
from core.errors import InvalidInput
from core.i18n import _
from core.interactions import comments, files, services
from core.interactions.comments import LONGEST, get_subject
from core.interactions.lists import INTERACTIONS
from core.interactions.models import StoredFile
from core.interactions.panels import contact_choices, deal_choices, part_of_timeline, shown_kinds
from core.interactions.schemas import InteractionSchema
from core.interactions.words import KINDS
from core.web.context import crm, needs, takes_up_to, user
from core.web.forms import SchemaForm
from core.web.lists.show import show
from core.web.pages import go_to, is_htmx, page, toast

blueprint = Blueprint("interactions", __name__, template_folder="templates")
# What a form sends around the file itself.
ENVELOPE = 1 << 20


@blueprint.route("/", methods=["GET", "POST"])
@needs("clients.read")
def index() -> BaseResponse | str:
    """Shows the list of interactions that the user sees."""
    return show(INTERACTIONS)


@blueprint.get("/<entity>/<int:entity_id>/timeline")
@needs("clients.read")
def timeline(entity: str, entity_id: int) -> str:
    """Shows a timeline with its form; with `show` its entries of a kind alone, with `after` what follows a mark."""
    subject = get_subject(crm(), user(), entity, entity_id)
    if "show" not in request.args:
        return _panel(entity, subject)
    after = request.args.get("after", "")
    context = part_of_timeline(crm(), user(), entity, subject, shown_kinds(request.args["show"]), after)
    return page("interactions/entries.html" if after else "interactions/timeline.html", **context)


@blueprint.post("/<entity>/<int:entity_id>")
@needs("clients.write")
def add(entity: str, entity_id: int) -> BaseResponse | str:
    """Adds an interaction, or a comment, to the timeline."""
    subject = get_subject(crm(), user(), entity, entity_id)
    if request.form.get("kind") == "comment":
        comments.add_comment(crm(), user(), entity, entity_id, request.form.get("body", ""))
        return _added(entity, subject, _("The comment is there."))
    values = SchemaForm(InteractionSchema(exclude=["client"])).read(request.form)
    if entity == "deal":
        values["deal_id"] = entity_id
    made = services.log_interaction(crm(), subject if entity == "client" else subject.client, **values)
    return _added(entity, subject, _("%(kind)s noted.", kind=KINDS[made.kind]))


@blueprint.route("/<int:interaction_id>", methods=["GET", "POST"])
@needs("clients.write")
def edit(interaction_id: int) -> BaseResponse | str:
    """Shows and changes an interaction."""
    found = services.get_interaction(crm(), user(), interaction_id)
    choices = {"contact": contact_choices(found.client), "deal": deal_choices(user(), found.client)}
    form = SchemaForm(InteractionSchema(exclude=["client", "duration_s"]), _form_values(found), choices=choices)
    if request.method == "POST":
        with form.catching():
            values = form.read(request.form)
            services.change_interaction(crm(), found, {**values, "at": values.get("at") or found.at})
            return go_to(_card(found), _("Saved."))
    return page("interactions/edit.html", interaction=found, form=form, back=_card(found))


@blueprint.post("/<int:interaction_id>/held")
@needs("clients.write")
def held(interaction_id: int) -> BaseResponse | str:
    """Marks a planned interaction as held, with what came of it."""
    found = services.get_interaction(crm(), user(), interaction_id)
    services.hold(crm(), found, request.form.get("result", "")[:LONGEST])
    on_deal = request.args.get("entity") == "deal" and found.deal_id
    return _added("deal" if on_deal else "client", found.deal if on_deal else found.client, _("Marked as held."))


@blueprint.post("/<int:interaction_id>/delete")
@needs("clients.write")
def delete(interaction_id: int) -> BaseResponse:
    """Deletes an interaction."""
    found = services.get_interaction(crm(), user(), interaction_id)
    services.delete_interaction(crm(), found)
    return go_to(_card(found), _("Deleted. The history keeps what it said."))


@blueprint.post("/comments/<int:comment_id>/delete")
@needs("clients.write")
def delete_comment(comment_id: int) -> BaseResponse:
    """Deletes a comment."""
    found = comments.get_comment(crm(), user(), comment_id)
    comments.delete_comment(crm(), user(), found)
    return go_to(_card_of(found.entity, found.entity_id), _("The comment is deleted."))


@blueprint.get("/<entity>/<int:entity_id>/files", endpoint="files")
@needs("clients.read")
def show_files(entity: str, entity_id: int) -> str:
    """Shows the files of a record, and the form that adds one."""
    get_subject(crm(), user(), entity, entity_id)
    return _files(entity, entity_id)


@blueprint.post("/<entity>/<int:entity_id>/files")
@needs("clients.write")
@takes_up_to(files.LARGEST + ENVELOPE)
def upload(entity: str, entity_id: int) -> BaseResponse | str:
    """Keeps the files that were sent."""
    get_subject(crm(), user(), entity, entity_id)
    sent = [one for one in request.files.getlist("file") if one.filename]
    if not sent:
        raise InvalidInput(_("Choose a file first."))
    for one in sent:
        files.store_file(crm(), user(), entity, entity_id, one.filename, one.stream)
    return _kept(entity, entity_id, _("The file is kept."))


@blueprint.get("/files/<int:file_id>")
@needs("clients.read")
def download(file_id: int) -> Response:
    """Gives a file as a download: never shown inside our pages, whatever it claims to be."""
    return download_of(files.get_file(crm(), user(), file_id))


@blueprint.post("/files/<int:file_id>/delete")
@needs("clients.write")
def delete_file(file_id: int) -> BaseResponse | str:
    """Deletes a file."""
    found = files.get_file(crm(), user(), file_id)
    files.delete_file(crm(), user(), found)
    return _kept(found.entity, found.entity_id, _("The file is deleted."))


def download_of(stored: StoredFile) -> Response:
    """Returns the answer that gives a file as a download; raises NotFound if its bytes are lost."""
    path = files.path_of(crm(), stored)
    answer = send_file(path, mimetype=stored.media_type, as_attachment=True, download_name=stored.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _added(entity: str, subject: Client | Deal, message: str) -> BaseResponse | str:
    if is_htmx():
        return toast(_panel(entity, subject), message)
    return go_to(_card_of(entity, subject.id), message)


def _panel(entity: str, subject: Client | Deal) -> str:
    client = subject if entity == "client" else subject.client
    return page(
        "interactions/panel.html",
        contact_choices=contact_choices(client),
        deal_choices=deal_choices(user(), client) if entity == "client" else [],
        **part_of_timeline(crm(), user(), entity, subject, ""),
    )


def _kept(entity: str, entity_id: int, message: str) -> BaseResponse | str:
    if is_htmx():
        return toast(_files(entity, entity_id), message)
    return go_to(_card_of(entity, entity_id), message)


def _files(entity: str, entity_id: int) -> str:
    found = files.files_of(entity, entity_id)
    return page("interactions/files.html", entity=entity, entity_id=entity_id, files=found)


def _form_values(found: Any) -> dict[str, Any]:
    names = ("kind", "subject", "body", "at", "is_planned", "direction", "contact", "deal")
    return {name: getattr(found, f"{name}_id", None) or getattr(found, name) for name in names}


def _card(found: Any) -> str:
    """The card from which the user came, as far as it can be told: the deal's, else the client's."""
    if found.deal_id and f"/deals/{found.deal_id}" in (request.referrer or ""):
        return _card_of("deal", found.deal_id)
    return _card_of("client", found.client_id)


def _card_of(entity: str, entity_id: int) -> str:
    return url_for(f"{entity}s.card", **{f"{entity}_id": entity_id})
