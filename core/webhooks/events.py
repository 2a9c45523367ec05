"""The events that a webhook can be told of: `entity.action`, `entity.*` for all of one kind, `*` for everything."""

import re
from collections.abc import Iterable, Sequence

from core.errors import InvalidInput
from core.i18n import _

PING = "ping"
ACTIONS = {
    "client": ("created", "changed", "deleted", "restored", "merged", "consent"),
    "contact": ("created", "changed", "deleted"),
    "deal": (
        "created", "changed", "moved", "won", "lost", "re_opened", "handed_over", "held", "resumed", "deleted",
        "restored",
    ),
    "interaction": ("created", "changed"),
    "message": (
        "queued", "sent", "delivered", "opened", "answered", "bounced", "refused", "failed", "uncertain", "cancelled",
        "received", "assigned", "handled",
    ),
    "task": (
        "created", "changed", "taken", "handed_over", "handed_back", "postponed", "reported", "sent_back", "accepted",
        "done", "reopened", "cancelled",
    ),
    "import": ("done", "failed", "undone"),
}  # fmt: skip
OFFERED = [f"{entity}.{action}" for entity, actions in ACTIONS.items() for action in actions]
_EVENT = re.compile(r"^([a-z][a-z_]*)\.(\*|[a-z][a-z_]*)$")


def event_of(entity: str, action: str) -> str:
    """Returns the event of a change, as the history names it: ("deal", "handed over") → deal.handed_over."""
    return f"{entity}.{action.replace(' ', '_').replace('-', '_')}"


def is_wanted(event: str, wanted: Iterable[str]) -> bool:
    """Tells whether a webhook that asked for `wanted` is told of an event."""
    family = f"{event.partition('.')[0]}.*"
    return any(one in (event, family, "*") for one in wanted)


def checked_events(events: Sequence[str], entities: Iterable[str]) -> list[str]:
    """Returns the events without repetition; raises InvalidInput for none at all, or one that can't be.

    `entities` are the kinds of record that plugins add; what happens to those is theirs to name.
    """
    found = list(dict.fromkeys(one.strip() for one in events if one.strip()))
    if not found:
        _refuse(_("Choose at least one event, or * for all of them."))
    added = set(entities) - ACTIONS.keys()
    for event in found:
        match = _EVENT.match(event)
        is_known = event == "*" or event in OFFERED
        if match and not is_known:
            is_known = match[1] in added or (match[1] in ACTIONS and match[2] == "*")
        if not is_known:
            _refuse(_("There is no event “%(event)s”; known are %(known)s.", event=event, known=", ".join(OFFERED)))
    return found


def _refuse(sentence: str) -> None:
    raise InvalidInput(sentence, fields={"events": [sentence]})
