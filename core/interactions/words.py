"""The fixed words about interactions: kinds, with their icons, and directions."""

from core.i18n import lazy

KINDS = {
    "call": lazy("Call"),
    "letter": lazy("Letter"),
    "meeting": lazy("Meeting"),
    "note": lazy("Note"),
    "sms": lazy("SMS"),
    "message": lazy("Message"),
}
# What people note themselves; an SMS is sent, and then noted, by its channel.
BY_HAND = {kind: label for kind, label in KINDS.items() if kind != "sms"}
ICONS = {
    "call": "phone",
    "letter": "mail",
    "meeting": "calendar-event",
    "note": "note",
    "sms": "message",
    "message": "message-circle",
}
DIRECTIONS = {"out": lazy("From us"), "in": lazy("From the client")}
ENTITIES = ("client", "deal")
# What colleagues talk about beside.
COMMENTED = (*ENTITIES, "task")
