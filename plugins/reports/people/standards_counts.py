"""Who kept the standards: clients by how long they wait for a word, deals by how long until somebody took them up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from core.api import gettext as _
from plugins.reports.people.standards_facts import HOUR, IN_TIME, LATE, NEVER, Handled
from plugins.reports.settings.parameters import Settings, refuse

USUAL_HOURS, MOST_HOURS = 24, 24 * 365
STATES = (IN_TIME, LATE, NEVER)


@dataclass(frozen=True)
class Line:
    """Clients of a category, or deals of a manager, by how the standard was kept; `waited` are hours."""

    key: int | None
    counts: Mapping[str, int]
    waited: float | None = None

    @property
    def whole(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    def values(self) -> dict[str, Any]:
        """Returns the numbers by their names."""
        kept = self.counts[IN_TIME] / self.whole if self.whole else None
        return {"whole": self.whole, **self.counts, "share": kept}


def hours_of(settings: Settings) -> int:
    """Returns within how many hours interest is to be taken up; raises InvalidInput for what is no such number."""
    text = str(settings.given.get("within", USUAL_HOURS))
    if not text.isdecimal() or len(text) > 5 or not 0 < int(text) <= MOST_HOURS:
        refuse("within", _("“%(value)s” is not a number of hours: write one like 24.", value=text))
    return int(text)


def client_lines(counts: Sequence[tuple]) -> list[Line]:
    """Returns the counts of clients by their key, nobody last."""
    lines = [Line(key, dict(zip(STATES, numbers, strict=True))) for key, *numbers in counts]
    return sorted(lines, key=lambda line: (line.key is None, line.key or 0))


def handling_lines(handled: Sequence[Handled], hours: int) -> list[Line]:
    """Returns the deals by manager, those on top who let most of them wait."""
    by_owner: dict[int | None, list[Handled]] = {}
    for one in handled:
        by_owner.setdefault(one.owner_id, []).append(one)
    lines = []
    for owner, own in by_owner.items():
        counts = dict.fromkeys(STATES, 0)
        for one in own:
            counts[one.state(hours * HOUR)] += 1
        lines.append(Line(owner, counts, median_hours(own)))
    return sorted(lines, key=lambda line: (-line.counts[LATE] - line.counts[NEVER], line.key or 0))


def median_hours(handled: Sequence[Handled]) -> float | None:
    """Returns within how many hours half of the deals that were taken up were; None if none was."""
    waited = [one.waited / HOUR for one in handled if one.waited is not None]
    return median(waited) if waited else None
