"""How cards of the board look: what is the same for all of them is made once, for a board shows a hundred."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from flask import get_template_attribute, url_for

from core.deals.columns import Card, Cards
from core.i18n import _, ngettext
from core.process.hanging import REASONS, HangMark, marks_of
from core.web.context import crm


def look_of(pages: Iterable[Cards]) -> "Look":
    """Returns the look of these pages of cards, with the marks of those that hang, by one query."""
    return look_of_cards([card for one in pages for card in one.shown])


def look_of_cards(cards: Sequence[Card]) -> "Look":
    """Returns the look of these cards."""
    return Look(marks_of(crm(), [card.id for card in cards]))


@dataclass
class Look:
    """Words in the reader's language, the day, icons; `marks` says which cards hang."""

    marks: Mapping[int, HangMark]
    today: date = field(default_factory=lambda: crm().today())
    now: datetime = field(default_factory=lambda: crm().clock.now())
    url: str = field(default_factory=lambda: url_for("deals.card", deal_id=0).removesuffix("0"))
    unpriced: str = field(default_factory=lambda: _("no potential"))
    expected: str = field(default_factory=lambda: _("Expected on"))
    since: str = field(default_factory=lambda: _("How long it stands at this stage"))

    def __post_init__(self) -> None:
        icon = get_template_attribute("ui.html", "icon")
        self.calendar, self.alarm, self.idle = icon("calendar"), icon("alert-triangle"), icon("zzz")
        self.days = lru_cache(lambda age: ngettext("%(n)s day", "%(n)s days", age) if age else _("today"))
        self.initials = lru_cache(_initials)
        self.why = lru_cache(lambda reasons: " · ".join(str(REASONS[one]) for one in reasons))


def _initials(name: str) -> str:
    words = name.split() or ["?"]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
