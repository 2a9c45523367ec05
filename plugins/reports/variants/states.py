"""The states of what a schedule sends: of a sending as a whole, and of each letter of it. Pure."""

from core.api import lazy

# A sending is being made until it was sent, was kept since no channel carries it, was refused, or failed.
MAKING, SENT, WAITS, REFUSED, FAILED = "making", "sent", "kept", "refused", "failed"

# A letter is planned until it is made, waits, is handed over, and is then sent, refused, failed, or uncertain as
# messages of the core are: a user's letter is made for that user, an address outside reads the owner's.
PLANNED, WAITING, HANDING, UNCERTAIN = "planned", "waiting", "sending", "uncertain"
AHEAD = (PLANNED, WAITING)

# What its network tells later.
DELIVERED, OPENED, ANSWERED, BOUNCED = "delivered", "opened", "answered", "bounced"
ARRIVED = (SENT, DELIVERED, OPENED, ANSWERED)
TOLD = (*ARRIVED, BOUNCED, FAILED, UNCERTAIN)
# What a state is called, with its colour: a sending and its letters speak alike, so that one never denies the other.
WORDS = {
    MAKING: (lazy("Being made"), "blue"),
    PLANNED: (lazy("Being made"), "blue"),
    WAITING: (lazy("Waiting"), "blue"),
    HANDING: (lazy("Being sent"), "blue"),
    UNCERTAIN: (lazy("Uncertain"), "yellow"),
    WAITS: (lazy("Kept"), "azure"),
    REFUSED: (lazy("Not sent"), "red"),
    FAILED: (lazy("Failed"), "red"),
    SENT: (lazy("Sent"), "azure"),
    DELIVERED: (lazy("Delivered"), "green"),
    OPENED: (lazy("Opened"), "green"),
    ANSWERED: (lazy("Answered"), "green"),
    BOUNCED: (lazy("Came back"), "red"),
}
LETTERS = tuple(state for state in WORDS if state != MAKING)
