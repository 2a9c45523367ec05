"""The report *week*: what will come in, what the plan says, what changed since Monday, who needs help, what hangs.

It has four parts, each made for itself: the page shows them as they are ready, every other form all together.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.api import CRM, Report, User, lazy
from plugins.reports.document import Document
from plugins.reports.registry import Part
from plugins.reports.settings.parameters import STANDING, Settings
from plugins.reports.week import ahead, changed, people, planned

NAME = "week"
TITLE = lazy("The week")
AHEAD, PLANNED, CHANGED, PEOPLE = "ahead", "plan", "changed", "people"
# In the order in which a director wants to know.
PARTS: dict[str, Part] = {AHEAD: ahead.make, PLANNED: planned.make, CHANGED: changed.make, PEOPLE: people.make}

# On paper two charts share a line: bars with names beside bars with names, what is small in the end.
DRAWN = (CHANGED, PEOPLE, AHEAD, PLANNED)


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report, all parts of it."""
    found = {key: part(crm, user, settings) for key, part in PARTS.items()}
    shown = [one for one in found.values() if not one.is_empty]
    changes = found[CHANGED]
    return replace(
        changes,
        name=NAME,
        title=str(TITLE),
        summary=tuple(sentence for one in shown for sentence in one.summary),
        figures=tuple(figure for one in shown for figure in one.figures),
        tables=tuple(table for one in shown for table in one.tables),
        draw=lambda: tuple(chart for key in DRAWN if not found[key].is_empty for chart in found[key].charts),
        notes=tuple(note for one in shown for note in one.notes),
        is_empty=changes.is_empty and found[PEOPLE].is_empty,
        data=_data(settings, found),
    )


def _data(settings: Settings, found: Mapping[str, Document]) -> dict[str, Any]:
    told = {key: one.data["totals"] for key, one in found.items()}
    return {
        "report": NAME,
        "params": dict(settings.given),
        "rows": found[PEOPLE].data["rows"],
        "totals": {
            "bridge": told[CHANGED],
            "hanging": told[PEOPLE],
            "forecast": told[AHEAD]["month"],
            "next_month": told[AHEAD]["next_month"],
            "quarter": told[AHEAD]["quarter"],
            "plan": told[PLANNED],
        },
    }


REPORT = Report(
    NAME,
    TITLE,
    make,
    STANDING,
    lazy("What the month will bring, plan and fact, what changed since Monday, who needs help, where deals hang."),
    "calendar-week",
    "funnels",
)
