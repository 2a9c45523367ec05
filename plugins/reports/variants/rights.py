"""By whose rights a schedule's report is made and handed over: asked anew each time, since hours may lie between."""

import json
from zlib import crc32

from core.api import User, visible_to
from core.api import gettext as _
from plugins.reports.models import Variant
from plugins.reports.variants.keeping import is_seen
from plugins.reports.variants.models import Letter, Schedule
from plugins.reports.variants.recipients import READ, readers_of

EXPORT = "reports.export"


def find_fresh(schedule_id: int) -> Schedule | None:
    """Returns a schedule with its settings and owner as they are now, or None when it was deleted."""
    query = Schedule.select(Schedule, Variant, User).join(Variant).join_from(Schedule, User)
    return query.where(Schedule.id == schedule_id).first()


def owners_lack(schedule: Schedule) -> str:
    """Returns why a schedule's owner may not send its report now, or an empty text."""
    owner = schedule.owner
    if owner.can(EXPORT) and owner.can(READ) and is_seen(owner, schedule.variant):
        return ""
    return _("%(name)s may not take this report away any more.", name=owner.name)


def readers_lack(schedule: Schedule, letter: Letter) -> str:
    """Returns why a letter may not go to its reader now, or an empty text."""
    readers = readers_of(schedule)
    if letter.user_id is None:
        return "" if letter.address in schedule.recipients else _("no recipient any more")
    if any(one.user is not None and one.user.id == letter.user_id for one in readers):
        return ""
    return _("no recipient any more") if letter.user.can(READ) else _("may not see reports")


def eyes_of(user: User) -> str:
    """Returns what changes whenever the user's rights, or whose records the user sees, change."""
    scope = user.role.scope
    seen = [user.id] if scope == "own" else []
    if scope == "team":
        seen = sorted(key for (key,) in User.select(User.id).where(visible_to(user, User.id)).tuples())
    facts = json.dumps([scope, seen, sorted(user.role.permissions)])
    return f"{crc32(facts.encode()):08x}"
