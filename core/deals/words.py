"""The words for a deal's states."""

from core.i18n import lazy

STATES = {"open": lazy("Open"), "won": lazy("Won"), "lost": lazy("Lost")}
OUTCOMES = {"passed": lazy("Passed"), "returned": lazy("Moved back"), "won": lazy("Won"), "lost": lazy("Lost")}
STATE_COLOURS = {"open": "azure", "won": "green", "lost": "red"}
