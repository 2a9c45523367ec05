"""The pages on which two clients become one, and part again; and the box that warns of a client typed twice."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.clients.duplicates import duplicates_of, find_duplicates
from core.clients.merge import count_attached, get_merge, merge_clients, merges_of
from core.clients.merge_fields import Pair, pairs_of
from core.clients.models import Client, Merge
from core.clients.search import matches
from core.clients.services import get_client, visible_clients
from core.clients.suspects import suspects
from core.clients.unmerge import undo_merge
from core.errors import Conflict
from core.i18n import _
from core.interactions.telling import tell_values
from core.web.context import crm, needs, user
from core.web.pages import go, is_htmx, page

blueprint = Blueprint("client_merge", "core.clients", template_folder="templates")
MOST_FOUND = 20
# Before the name of a field, in the form that asks which value stays.
MARK = "choice:"


@blueprint.get("/similar")
@needs("clients.write")
def similar() -> str:
    """Shows who may be the same as the client that is being typed; nothing if nobody."""
    asked = request.args
    found = find_duplicates(
        crm(),
        user(),
        name=asked.get("name", ""),
        tax_number=asked.get("tax_number", ""),
        phones=[*asked.getlist("phone"), *asked.getlist("phones")],
        emails=[*asked.getlist("email"), *asked.getlist("emails")],
        exclude_id=asked.get("exclude", None, int),
    )
    return page("clients/_duplicates.html", duplicates=found)


@blueprint.get("/suspects")
@needs("clients.delete")
def index() -> str:
    """Shows clients that share a tax number, a phone or an e-mail, in the whole base as far as the user sees it."""
    return page("clients/merge_suspects.html", groups=suspects(user()))


@blueprint.get("/<int:client_id>/merge")
@needs("clients.delete")
def choose(client_id: int) -> str:
    """Shows whom the client may be merged with: those probably the same, a search; and merges that can be undone."""
    client = get_client(crm(), user(), client_id)
    text = request.args.get("q", "").strip()
    found: list[Client] = []
    if text:
        query = visible_clients(user()).where(matches(Client, text), Client.id != client.id)
        found = list(query.order_by(Client.name_key, Client.id).limit(MOST_FOUND))
    if is_htmx():
        return page("clients/merge_found.html", client=client, found=found, q=text)
    suspected = [one for one in duplicates_of(crm(), user(), client) if one.client]
    return page("clients/merge.html", client=client, q=text, found=found, suspected=suspected, merges=merges_of(client))


@blueprint.get("/<int:client_id>/merge/<int:other_id>")
@needs("clients.delete")
def compare(client_id: int, other_id: int) -> str:
    """Shows both clients side by side, field by field, and what hangs on each."""
    return _comparison(get_client(crm(), user(), client_id), get_client(crm(), user(), other_id))


@blueprint.post("/<int:client_id>/merge/<int:other_id>")
@needs("clients.delete")
def merge(client_id: int, other_id: int) -> str | Response:
    """Merges the second client into the first, with the values that were chosen."""
    kept, gone = get_client(crm(), user(), client_id), get_client(crm(), user(), other_id)
    sent = request.form
    try:
        done = merge_clients(
            crm(),
            kept,
            gone,
            _choices(pairs_of(kept, gone)),
            version_kept=sent.get("version_kept", 0, int),
            version_gone=sent.get("version_gone", 0, int),
        )
    except Conflict as conflict:
        return _comparison(get_client(crm(), user(), client_id), get_client(crm(), user(), other_id), str(conflict))
    return go("client_merge.result", merge_id=done.id)


@blueprint.get("/merges/<int:merge_id>")
@needs("clients.delete")
def result(merge_id: int) -> str:
    """Shows what a merge did, and lets it be undone."""
    found = get_merge(crm(), user(), merge_id)
    changed = tell_values(crm(), "client", {name: tuple(pair) for name, pair in found.before["fields"].items()})
    return page("clients/merge_result.html", merge=found, changed=changed.values(), moved=_count_moved(found))


@blueprint.post("/merges/<int:merge_id>/undo")
@needs("clients.delete")
def undo(merge_id: int) -> Response:
    """Undoes a merge, and names the fields that were edited since and so stay."""
    found = get_merge(crm(), user(), merge_id)
    client, edited = undo_merge(crm(), found)
    message = _("%(name)s is a client of its own again.", name=client.name)
    if edited:
        labels = [told[0] for told in tell_values(crm(), "client", dict.fromkeys(edited, ("", ""))).values()]
        message += " " + _("Edited since and left as it is: %(fields)s.", fields=", ".join(labels))
    # The one that is back may belong to somebody whose clients this user doesn't see.
    is_seen = visible_clients(user()).where(Client.id == client.id).exists()
    return go("clients.card", message, client_id=client.id if is_seen else found.kept_id)


def _comparison(kept: Client, gone: Client, sentence: str = "") -> str:
    pairs = pairs_of(kept, gone)
    told = tell_values(crm(), "client", {pair.name: (pair.kept, pair.gone) for pair in pairs})
    return page(
        "clients/merge_compare.html",
        kept=kept,
        gone=gone,
        pairs=[(pair, *told[pair.name]) for pair in pairs],
        attached=count_attached(crm(), kept, gone),
        sentence=sentence,
        mark=MARK,
    )


def _choices(pairs: list[Pair]) -> dict[str, str]:
    """Returns the choices that were sent; "both" is the two notes, one below the other."""
    sent = {pair: request.form.get(MARK + pair.name, "") for pair in pairs if pair.is_different}
    choices = {pair.name: pair.joined if choice == "both" else choice for pair, choice in sent.items()}
    return {name: choice for name, choice in choices.items() if choice}


def _count_moved(merge: Merge) -> int:
    return sum(len(ids) for ids in merge.before["moved"].values())
