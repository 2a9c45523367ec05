"""A message: its text, what became of it and when; trying it again, cancelling it; its state on open timelines."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from core.i18n import _
from core.interactions.pages import download_of
from core.interactions.timeline import Timeline
from core.messages.again import RETRIED, send_again
from core.messages.attachments import file_of, load_files
from core.messages.inbox import handle
from core.messages.models import Message
from core.messages.pages.blueprint import blueprint, shown_message
from core.messages.reading import FINAL, events_of, newest_of, of_interactions, visible_messages
from core.messages.states import COLOURS, STATES, UNCERTAIN
from core.messages.writing import cancel_message
from core.store.reading import read_number
from core.users.services import users_by_id
from core.web.context import crm, needs, user
from core.web.pages import go_to, is_htmx, page, safe_next, toast

MOST_SHOWN = 60
# Kinds of interaction behind which no message stands.
SPOKEN = ("call", "meeting", "note")
WORDS = {"states": STATES, "colours": COLOURS, "retried": RETRIED, "uncertain": UNCERTAIN}


@blueprint.app_template_global("message_words")
def words(name: str) -> Any:
    """Returns the words and rules about states that templates go by."""
    return WORDS[name]


@blueprint.app_template_global("messages_on")
def messages_on(timeline: Timeline) -> dict[int, Message]:
    """Returns the messages behind the entries of a timeline, by the id of the interaction; for templates."""
    written = [one.id for one in timeline.entries if one.source == "interaction" and one.record.kind not in SPOKEN]
    found = of_interactions(written) if written else {}
    load_files(found.values())
    return found


@blueprint.app_template_global("states_url")
def states_url(messages: dict[int, Message], entity: str, subject: Any) -> str:
    """Returns where a timeline asks for the states of its messages that may still change, and for newer ones."""
    changing = [str(one.id) for one in messages.values() if one.state not in FINAL]
    newest = newest_of(user(), entity, subject.id)
    return url_for("messages.states", entity=entity, entity_id=subject.id, newest=newest, ids=",".join(changing))


@blueprint.get("/<int:message_id>")
@needs("clients.read")
def card(message_id: int) -> str:
    """Shows a message with all that became of it."""
    message = shown_message(message_id)
    load_files([message])
    people = users_by_id([message.user_id, message.handled_by_id])
    shown = {"channel": crm().channels.get(message.channel), "events": events_of(message), "users": people}
    return page("messages/card.html", message=message, **shown)


@blueprint.get("/<int:message_id>/files/<int:file_id>")
@needs("clients.read")
def download(message_id: int, file_id: int) -> Response:
    """Gives a file that went along or came with a message as a download."""
    return download_of(file_of(shown_message(message_id), file_id))


@blueprint.get("/states")
@needs("clients.read")
def states() -> str:
    """Shows the states of the messages named by the address anew, and that others have come in since."""
    ids = [one for one in map(read_number, request.args.get("ids", "").split(",")) if one is not None][:MOST_SHOWN]
    entity, entity_id = request.args.get("entity", "client"), request.args.get("entity_id", 0, int)
    found = list(visible_messages(user()).where(Message.id.in_(ids))) if ids else []
    has_news = newest_of(user(), entity, entity_id) > request.args.get("newest", 0, int)
    return page("messages/_states.html", messages=found, entity=entity, entity_id=entity_id, has_news=has_news)


@blueprint.post("/<int:message_id>/again")
@needs("clients.write")
def again(message_id: int) -> str | Response:
    """Sends a message again that did not arrive; one that may have arrived only after a question."""
    is_sure = request.form.get("is_sure") == "yes"
    return _act(message_id, lambda one: send_again(crm(), one, is_sure=is_sure), _("It is sent once more."))


@blueprint.post("/<int:message_id>/cancel")
@needs("clients.write")
def cancel(message_id: int) -> str | Response:
    """Takes a message that still waits out of the queue."""
    return _act(message_id, lambda one: cancel_message(crm(), one), _("It will not be sent."))


@blueprint.post("/<int:message_id>/done")
@needs("clients.write")
def done(message_id: int) -> str | Response:
    """Marks a message that came in as done with, or as waiting again."""
    is_done = request.form.get("is_done") != "no"
    return _act(
        message_id,
        lambda one: handle(crm(), one, is_done=is_done),
        _("Done with.") if is_done else _("It waits again."),
    )


def _act(message_id: int, change: Callable[[Message], Message], words: str) -> str | Response:
    changed = change(shown_message(message_id))
    if is_htmx():
        return toast(page("messages/_states.html", messages=[shown_message(changed.id)]), words)
    fallback = url_for("messages.card", message_id=message_id)
    return go_to(safe_next(request.form.get("next") or fallback), words)
