"""The states of a message and which may follow which. Pure.

Receipts come late, twice and in any order, so a state only ever gives way to one that tells more.
"""

from core.i18n import lazy

QUEUED, SENDING, UNCERTAIN, SENT = "queued", "sending", "uncertain", "sent"
DELIVERED, OPENED, ANSWERED = "delivered", "opened", "answered"
BOUNCED, FAILED, REFUSED, CANCELLED, RECEIVED = "bounced", "failed", "refused", "cancelled", "received"

STATES = {
    QUEUED: lazy("Waiting"),
    SENDING: lazy("Being sent"),
    UNCERTAIN: lazy("Uncertain"),
    SENT: lazy("Sent"),
    DELIVERED: lazy("Delivered"),
    OPENED: lazy("Opened"),
    ANSWERED: lazy("Answered"),
    BOUNCED: lazy("Came back"),
    FAILED: lazy("Failed"),
    REFUSED: lazy("Not sent: refused"),
    CANCELLED: lazy("Cancelled"),
    RECEIVED: lazy("Received"),
}
COLOURS = {
    QUEUED: "secondary",
    SENDING: "secondary",
    UNCERTAIN: "yellow",
    SENT: "azure",
    DELIVERED: "green",
    OPENED: "green",
    ANSWERED: "teal",
    BOUNCED: "red",
    FAILED: "red",
    REFUSED: "orange",
    CANCELLED: "secondary",
    RECEIVED: "blue",
}
# What a receipt may tell of a message that was handed over.
TOLD = (SENT, DELIVERED, OPENED, ANSWERED, BOUNCED, FAILED)
# What may have reached the client, so that an answer may be one to it.
ARRIVING = (SENDING, UNCERTAIN, SENT, DELIVERED, OPENED, ANSWERED)
_RANK = {SENDING: 1, UNCERTAIN: 2, SENT: 3, BOUNCED: 4, FAILED: 4, DELIVERED: 5, OPENED: 6, ANSWERED: 7}


def is_news(before: str, told: str) -> bool:
    """Tells whether a receipt changes the state: what tells more wins, a delivered message never fails afterwards.

    A message that came back may still turn out to be delivered: some networks give up too early.
    """
    if before not in _RANK or told not in TOLD:
        return False
    return _RANK[told] > _RANK[before]
