"""The reports' common words: columns, measures and how numbers shrink to fit beside a bar."""

from decimal import Decimal

from babel.numbers import format_compact_decimal

from core.api import format_number, language, lazy

COUNTINGS = {
    "final": lazy("by the stage at which deals were closed"),
    "furthest": lazy("by the furthest stage ever reached"),
    "visited": lazy("by stages really visited"),
}
CREDITS = {
    "owner": lazy("the owner at closing"),
    "responsible": lazy("who was responsible at the stage"),
}


def as_sentence(text: str) -> str:
    """Returns the text with a capital at its beginning: it may begin with a month, which many languages write small."""
    return text[:1].upper() + text[1:]


def compact(value: Decimal | float | int) -> str:
    """Returns a number in few signs, such as "1.2M", as the reader's language writes it."""
    if abs(value) < 10_000:
        return format_number(round(value), 0)
    return format_compact_decimal(value, locale=language(), fraction_digits=1).replace("\u00a0", "\u202f")
