"""What the cards of clients and deals show of interactions: a part of the timeline, and the choices of its form."""

from typing import Any

from core.clients.contacts import contacts_of
from core.clients.models import Client
from core.deals.models import Deal
from core.i18n import Text, lazy
from core.interactions.telling import tell
from core.interactions.timeline import DEFAULT, timeline
from core.interactions.words import BY_HAND, ICONS, KINDS
from core.runtime import CRM
from core.users.access import visible_to
from core.users.models import User

# What one may choose to see: a name, its label, the kinds of entries.
SHOWS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "": (lazy("All"), DEFAULT),
    "calls": (lazy("Calls"), ("call",)),
    "letters": (lazy("Letters and messages"), ("letter", "sms", "message")),
    "meetings": (lazy("Meetings"), ("meeting",)),
    "notes": (lazy("Notes"), ("note", "comment")),
    "moves": (lazy("Deals"), ("move",)),
    "changes": (lazy("Changes"), ("change",)),
}
MOST_DEALS = 50


def shown_kinds(name: str) -> str:
    """Returns the name of what is to be shown; an unknown one means everything."""
    return name if name in SHOWS else ""


def part_of_timeline(
    crm: CRM, user: User, entity: str, subject: Client | Deal, show: str, after: str = ""
) -> dict[str, Any]:
    """Returns what the templates of the timeline show."""
    found = timeline(crm, user, entity, subject, kinds=SHOWS[show][1], after=after)
    return {
        "entity": entity,
        "subject": subject,
        "timeline": found,
        "show": show,
        "shows": [(name, label) for name, (label, _kinds) in SHOWS.items()],
        "kinds": KINDS,
        "kinds_by_hand": BY_HAND,
        "icons": ICONS,
        "told": tell(crm, entity, [entry.record for entry in found.entries if entry.source == "change"]),
        "me": user,
    }


def contact_choices(client: Client) -> list[tuple[int, str]]:
    """Returns the client's contacts as choices of a form."""
    return [(one.id, one.name) for one in contacts_of(client)]


def deal_choices(user: User, client: Client) -> list[tuple[int, str]]:
    """Returns the client's deals that the user sees, newest first, as choices of a form."""
    query = Deal.select(Deal.id, Deal.title).where(
        Deal.client == client, Deal.deleted_at.is_null(), visible_to(user, Deal.owner)
    )
    return list(query.order_by(Deal.id.desc()).limit(MOST_DEALS).tuples())
