"""The list of messages: found by state, channel, direction or client; many tried again or cancelled at once."""

from collections.abc import Callable, Sequence
from typing import Any

from peewee import Expression
from werkzeug.wrappers import Response

from core.contacts import format_phone
from core.errors import CRMError
from core.i18n import lazy, ngettext
from core.messages.again import send_again
from core.messages.inbox import handle
from core.messages.models import Message
from core.messages.pages.blueprint import blueprint
from core.messages.reading import visible_messages
from core.messages.states import BOUNCED, COLOURS, FAILED, QUEUED, UNCERTAIN
from core.messages.writing import cancel_message
from core.runtime import CRM
from core.users.models import User
from core.web.context import needs
from core.web.lists.definition import GRAPH, LIST, Action, Empty, ListPage, View, quick_filters
from core.web.lists.show import show


def matches(source: Any, text: str) -> Expression:
    """Returns the condition of the messages whose address, subject or text holds what was typed."""
    digits = "".join(sign for sign in text if sign.isdigit() or sign == "+")
    found = source.subject.contains(text) | source.body.contains(text) | source.address.contains(text)
    return found | source.address.contains(digits) if len(digits) > 3 else found


def retry_many(crm: CRM, user: User, ids: Sequence[int], _form: Any) -> str:
    """Sends those again that did not arrive, and returns how many; uncertain ones are asked for one by one."""
    return _each(
        crm, user, ids, send_again, lambda n: ngettext("One is sent once more.", "%(n)s are sent once more.", n)
    )


def cancel_many(crm: CRM, user: User, ids: Sequence[int], _form: Any) -> str:
    """Takes those that still wait out of the queue, and returns how many."""
    return _each(crm, user, ids, cancel_message, lambda n: ngettext("One is cancelled.", "%(n)s are cancelled.", n))


def handle_many(crm: CRM, user: User, ids: Sequence[int], _form: Any) -> str:
    """Marks those that came in as done with, and returns how many."""
    return _each(crm, user, ids, handle, lambda n: ngettext("One is done with.", "%(n)s are done with.", n))


def _each(crm: CRM, user: User, ids: Sequence[int], change: Callable[..., Any], words: Callable[[int], str]) -> str:
    done, left = 0, 0
    with crm.work():
        for message in visible_messages(user).where(Message.id.in_(list(ids))):
            try:
                with crm.work():
                    change(crm, message)
                done += 1
            except CRMError:
                left += 1
    if not left:
        return words(done)
    return f"{words(done)} " + ngettext(
        "One stays as it is: its state does not allow it.",
        "%(n)s stay as they are: their state does not allow it.",
        left,
    )


_IN = {"field": "direction", "op": "equal", "value": "in"}
INBOX = View("inbox", lazy("Inbox"), "inbox", "messages.inbox", keys="m")
MESSAGES = ListPage(
    name="messages",
    entity="message",
    title=lazy("Messages"),
    columns=("address", "client", "state", "channel", "body", "changed_at"),
    title_column="address",
    search=matches,
    search_hint=lazy("Address, subject or text"),
    card="messages.card",
    card_argument="message_id",
    new="messages.write",
    new_label=lazy("Write"),
    sort="-id",
    colours={"state": COLOURS},
    written={"address": format_phone},
    quick=quick_filters(
        ("waiting", lazy("To answer"), _IN, {"field": "handled_at", "op": "empty"}),
        ("unknown", lazy("Unknown senders"), _IN, {"field": "client", "op": "empty"}),
        ("queued", lazy("Still to be sent"), {"field": "state", "op": "equal", "value": QUEUED}),
        ("failed", lazy("Did not arrive"), {"field": "state", "op": "in", "value": [FAILED, BOUNCED]}),
        ("uncertain", lazy("Uncertain"), {"field": "state", "op": "equal", "value": UNCERTAIN}),
        ("mine", lazy("Written by me"), {"field": "user", "op": "equal", "value": "me"}),
    ),
    groups=("state", "channel", "direction", "client", "deal", "user", "provider", "created_at:month"),
    actions=(
        Action("retry", lazy("Try again"), "refresh", retry_many, "clients.write"),
        Action("cancel", lazy("Do not send"), "x", cancel_many, "clients.write"),
        Action("done", lazy("Done"), "check", handle_many, "clients.write"),
    ),
    views=(INBOX, LIST, GRAPH),
    permissions={"read": "clients.read", "write": "clients.write", "export": "clients.export"},
    empty=Empty(
        "messages",
        lazy("No messages yet"),
        lazy("What is written to clients, and what they write, stands here with what became of it."),
        "messages.write",
        lazy("Write the first message"),
    ),
)


@blueprint.route("/", methods=["GET", "POST"])
@needs("clients.read")
def index() -> Response | str:
    """Shows the list of messages."""
    return show(MESSAGES)
